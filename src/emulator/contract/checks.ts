import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

import { child, type Json } from './json.ts';
import type { Match, Operation } from './operations.ts';

export type Checks = {
  pathProblems(match: Match): readonly string[];
  queryProblems(operation: Operation, query: URLSearchParams): readonly string[];
  /** Against the schema at a pointer inside the operation. */
  problems(operation: Operation, pointer: readonly string[], value: unknown): readonly string[];
  /** Against the schema at a pointer inside the whole document. */
  problemsAt(pointer: readonly string[], value: unknown): readonly string[];
  /** Follows a `$ref`: the value that is meant and its pointer in the document. Null when there is nothing. */
  resolve(value: unknown, pointer: readonly string[], operation: Operation): Located | null;
};

type Located = { readonly value: unknown; readonly pointer: readonly string[] };

/** What one broken answer may say: alternatives of a schema repeat themselves, and the first lines name the cause. */
const problemsMax = 20;

/** Validators over the contract's schemas, compiled at first use and kept. */
export function createChecks(document: Json): Checks {
  const bodies = createAjv(document, false);
  const parameters = createAjv(document, true); // path and query values arrive as text
  const compiled = new Map<string, ValidateFunction>();

  const validator = (key: string, compile: () => ValidateFunction): ValidateFunction => {
    const known = compiled.get(key);
    if (known) return known;
    const made = compile();
    compiled.set(key, made);
    return made;
  };
  const problemsAt: Checks['problemsAt'] = (pointer, value) => {
    const reference = referenceTo(pointer);
    return run(
      validator(reference, () => bodies.compile({ $ref: reference })),
      value,
      'body',
    );
  };
  const parameterProblems = (
    operation: Operation,
    place: 'path' | 'query',
    values: Readonly<Record<string, unknown>>,
  ): readonly string[] => {
    const key = `${place} ${operation.method} ${operation.template}`;
    const check = validator(key, () => parameters.compile(parameterSchema(operation, place)));
    return run(check, { ...values }, place);
  };
  return {
    problemsAt,
    problems: (operation, pointer, value) =>
      problemsAt(['paths', operation.template, operation.method, ...pointer], value),
    pathProblems: ({ operation, values }) => parameterProblems(operation, 'path', values),
    queryProblems(operation, query) {
      const known = new Set(operation.parameters.filter(({ place }) => place === 'query').map(({ name }) => name));
      const names = [...new Set(query.keys())];
      return [
        ...names.filter((name) => !known.has(name)).map((name) => `query: unknown parameter "${name}"`),
        ...names.filter((name) => query.getAll(name).length > 1).map((name) => `query: "${name}" is given twice`),
        ...parameterProblems(operation, 'query', Object.fromEntries(query)),
      ];
    },
    resolve(value, pointer, operation) {
      if (value === undefined) return null;
      const reference = child(value, '$ref');
      if (typeof reference !== 'string') {
        return { value, pointer: ['paths', operation.template, operation.method, ...pointer] };
      }
      const target = reference.slice('#/'.length).split('/');
      return { value: target.reduce<unknown>(child, document), pointer: target };
    },
  };
}

function createAjv(document: Json, coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    coerceTypes,
    validateSchema: false,
    inlineRefs: false,
    logger: false,
  });
  formats.default(ajv);
  for (const loose of ['repo.nwo', 'timestamp']) ajv.addFormat(loose, true); // GitHub's own names, with no published grammar
  ajv.addSchema({ $id: documentId, ...document });
  return ajv;
}

const documentId = 'gh';

function referenceTo(pointer: readonly string[]): string {
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `${documentId}#/${escaped.join('/')}`;
}

function parameterSchema(operation: Operation, wanted: 'path' | 'query'): Json {
  const inPlace = operation.parameters.filter(({ place }) => place === wanted);
  return {
    type: 'object',
    properties: Object.fromEntries(
      inPlace.map(({ name, schemaPointer }) => [name, { $ref: referenceTo(schemaPointer) }]),
    ),
    required: inPlace.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
}

function run(validate: ValidateFunction, value: unknown, name: string): readonly string[] {
  if (value === undefined) return [`${name}: missing`];
  if (validate(value)) return [];
  const problems = (validate.errors ?? []).map(({ instancePath, message, params, keyword }) => {
    const detail = keyword === 'enum' ? ` (${JSON.stringify(child(params, 'allowedValues'))})` : '';
    return `${name}${instancePath.replaceAll('/', '.')}: ${message ?? keyword}${detail}`;
  });
  return [...new Set(problems)].slice(0, problemsMax);
}
