import type { Argument, Document, Selection } from './parse.ts';

export type Args = Readonly<Record<string, unknown>>;

/** An object of the graph: its type and how each field is found. */
export type GraphObject = {
  readonly type: string;
  readonly fields: Readonly<Record<string, (args: Args) => GraphValue | Promise<GraphValue>>>;
};

export type GraphValue = string | number | boolean | null | GraphObject | readonly GraphObject[];

/** A mistake of the caller, in GitHub's form. */
export class GraphError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'GraphError';
    this.type = type;
  }
}

type Outcome = { readonly data: unknown; readonly errors?: readonly unknown[] };

/** Answers a document from a root object. A field that fails becomes null and is told in `errors`, as in GraphQL. */
export async function execute(document: Document, variables: Args, root: GraphObject): Promise<Outcome> {
  const errors: unknown[] = [];
  const run = { document, variables, errors };
  const data = await select(run, root, document.selections, []);
  return errors.length === 0 ? { data } : { data, errors };
}

type Run = { readonly document: Document; readonly variables: Args; readonly errors: unknown[] };

async function select(
  run: Run,
  object: GraphObject,
  selections: readonly Selection[],
  path: readonly string[],
): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const selection of selections) {
    if (selection.kind === 'field') {
      found[selection.alias] = await readField(run, object, selection, [...path, selection.alias]);
      continue;
    }
    const fragment = selection.kind === 'inline' ? selection : run.document.fragments.get(selection.name);
    if (fragment === undefined) throw new GraphError('undefinedFragment', 'A fragment is not defined');
    if (fragment.on !== null && fragment.on !== object.type && !isInterfaceOf(fragment.on, object.type)) continue;
    Object.assign(found, await select(run, object, fragment.selections, path));
  }
  return found;
}

/** `... on Node` and the like hold for every type that has an id or an author. */
const isInterfaceOf = (name: string, type: string): boolean =>
  name === 'Node' || (name === 'Comment' && type !== 'Repository') || (name === 'Actor' && type === 'User');

async function readField(
  run: Run,
  object: GraphObject,
  field: Extract<Selection, { kind: 'field' }>,
  path: readonly string[],
): Promise<unknown> {
  if (field.name === '__typename') return object.type;
  try {
    const resolve = object.fields[field.name];
    if (resolve === undefined) {
      throw new GraphError('undefinedField', `Field '${field.name}' doesn't exist on type '${object.type}'`);
    }
    const args = Object.fromEntries(Object.entries(field.args).map(([key, value]) => [key, valueOf(run, value)]));
    return await render(run, await resolve(args), field.selections, path);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    run.errors.push({ type: error.type, path, locations: [{ line: 1, column: 1 }], message: error.message });
    return null;
  }
}

async function render(
  run: Run,
  value: GraphValue,
  selections: readonly Selection[],
  path: readonly string[],
): Promise<unknown> {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries())
      items.push(await select(run, item, selections, [...path, String(index)]));
    return items;
  }
  return select(run, value, selections, path);
}

const isList = (value: GraphObject | readonly GraphObject[]): value is readonly GraphObject[] => Array.isArray(value);

function valueOf(run: Run, argument: Argument): unknown {
  switch (argument.kind) {
    case 'literal':
      return argument.value;
    case 'variable':
      return run.variables[argument.name];
    case 'list':
      return argument.items.map((item) => valueOf(run, item));
    case 'object':
      return Object.fromEntries(Object.entries(argument.fields).map(([key, value]) => [key, valueOf(run, value)]));
  }
}
