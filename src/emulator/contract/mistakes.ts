import { isRecord, type Json } from './json.ts';

/** Where the published contract asks for all of several schemas and GitHub's answers match one of them. */
const alternatives: readonly (readonly string[])[] = [
  // The account of an installation is a user or an enterprise; the single installation's schema says so.
  [
    ...['paths', '/app/installations', 'get', 'responses', '200', 'content', 'application/json'],
    ...['schema', 'items', 'properties', 'account'],
  ],
];

/** The same contract without its known mistakes. */
export function withoutMistakes(document: Json): Json {
  return alternatives.reduce((fixed, path) => replaceAt(fixed, path, anyInsteadOfAll), document);
}

function anyInsteadOfAll({ allOf, ...rest }: Json): Json {
  return allOf === undefined ? rest : { ...rest, anyOf: allOf };
}

function replaceAt(node: Json, [key, ...rest]: readonly string[], change: (node: Json) => Json): Json {
  if (key === undefined) return change(node);
  const inner = node[key];
  return isRecord(inner) ? { ...node, [key]: replaceAt(inner, rest, change) } : node;
}
