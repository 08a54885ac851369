import { isRecord, type Json } from './json.ts';

/** OpenAPI 3.0 says `nullable: true`; JSON Schema says it with the type null. Gives the same document in JSON Schema's words. */
export function withoutNullable(document: Json): Json {
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, rewrite(value, key === 'properties')]),
  );
}

function rewrite(node: unknown, isPropertyMap: boolean): unknown {
  if (Array.isArray(node)) return node.map((item) => rewrite(item, false));
  if (!isRecord(node)) return node;
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => [
    key,
    rewrite(value, key === 'properties' && !isPropertyMap),
  ]);
  const rewritten: Json = Object.fromEntries(entries);
  if (isPropertyMap || typeof rewritten['nullable'] !== 'boolean') return rewritten;
  const { nullable, ...rest } = rewritten;
  return nullable ? orNull(rest) : rest;
}

function orNull(schema: Json): Json {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return { anyOf: [{ type: 'null' }, schema] };
  const withType = { ...schema, type: [type, 'null'] };
  return Array.isArray(values) && !values.includes(null) ? { ...withType, enum: [...values, null] } : withType;
}
