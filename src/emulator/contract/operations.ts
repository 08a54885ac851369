import { child, isRecord, listIn, type Json } from './json.ts';

export type Operation = {
  readonly method: string;
  readonly template: string;
  readonly definition: Json;
  /** Path and query parameters, each with the pointer of its schema. */
  readonly parameters: readonly Parameter[];
};

export type Parameter = {
  readonly name: string;
  readonly place: string;
  readonly isRequired: boolean;
  readonly schemaPointer: readonly string[];
};

export type Match = { readonly operation: Operation; readonly values: Readonly<Record<string, string>> };

type Route = { readonly operation: Operation; readonly pattern: RegExp; readonly names: readonly string[] };

/** The operations in the order in which a path is to be tried: fewest parameters first, then the longest template. */
export function listOperations(document: Json): readonly Route[] {
  const paths = child(document, 'paths');
  if (!isRecord(paths)) throw new Error('the contract has no paths');
  const routes = Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(isRecord(methods) ? methods : {}).flatMap(([method, definition]) =>
      isRecord(definition) ? [routeOf(document, { template, method, definition })] : [],
    ),
  );
  return routes.toSorted(
    (a, b) => a.names.length - b.names.length || b.operation.template.length - a.operation.template.length,
  );
}

/** The operation that a request means, with its decoded path parameters. HEAD is answered by GET's. */
export function findOperation(routes: readonly Route[], method: string, path: string): Match | null {
  const wanted = method.toLowerCase() === 'head' ? 'get' : method.toLowerCase();
  for (const { operation, pattern, names } of routes) {
    if (operation.method !== wanted) continue;
    const found = pattern.exec(path);
    if (!found) continue;
    const values = names.map((name, index) => [name, decode(found[index + 1] ?? '')] as const);
    return { operation, values: Object.fromEntries(values) };
  }
  return null;
}

/** These may hold slashes: file paths, and names of branches and tags. */
const acrossSlashes = new Set(['path', 'ref', 'base', 'head', 'basehead', 'dir', 'branch']);

function routeOf(document: Json, found: Pick<Operation, 'template' | 'method' | 'definition'>): Route {
  const names: string[] = [];
  const source = found.template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      const name = part.slice(1, -1);
      names.push(name);
      return acrossSlashes.has(name) ? '(.+)' : '([^/]+)';
    })
    .join('');
  return {
    operation: { ...found, parameters: parametersOf(document, found) },
    pattern: new RegExp(`^${source}$`),
    names,
  };
}

function parametersOf(document: Json, found: Pick<Operation, 'template' | 'method' | 'definition'>): Parameter[] {
  return listIn(found.definition, 'parameters').map((entry, index) => {
    const reference = child(entry, '$ref');
    const pointer =
      typeof reference === 'string'
        ? reference.slice('#/'.length).split('/')
        : ['paths', found.template, found.method, 'parameters', String(index)];
    const parameter = pointer.reduce<unknown>(child, document);
    return {
      name: String(child(parameter, 'name')),
      place: String(child(parameter, 'in')),
      isRequired: child(parameter, 'required') === true,
      schemaPointer: [...pointer, 'schema'],
    };
  });
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a stray percent sign: the schema judges the text as it came
  }
}
