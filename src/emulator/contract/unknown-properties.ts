import { child, isRecord, listIn, type Json } from './json.ts';

/**
 * Body properties that the schema does not know: GitHub ignores them silently, so each is a misspelling in waiting. OpenAPI permits
 * extras, hence this check of our own. `schema` is a request schema of `document`.
 */
export function unknownProperties(document: Json, schema: unknown, body: unknown): readonly string[] {
  return walk(document, [schema], { value: body, path: 'body', depth: 0 });
}

/** Deeper than any request of GitHub's goes; a body cannot make us recurse further. */
const depthMax = 12;

type Spot = { readonly value: unknown; readonly path: string; readonly depth: number };

function walk(document: Json, schemas: readonly unknown[], { value, path, depth }: Spot): readonly string[] {
  if (depth > depthMax) return [];
  const all = schemas.flatMap((schema) => alternatives(document, schema, 0));
  if (Array.isArray(value)) {
    const items = all.flatMap((schema) => child(schema, 'items') ?? []);
    if (items.length === 0) return [];
    return value.flatMap((item, index) =>
      walk(document, items, { value: item, path: `${path}.${index}`, depth: depth + 1 }),
    );
  }
  if (!isRecord(value)) return [];
  const isOpen = all.some((schema) => isRecord(child(schema, 'additionalProperties')));
  const maps = all.map((schema) => child(schema, 'properties')).filter(isRecord);
  if (isOpen || maps.length === 0) return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const known = maps.flatMap((map) => (Object.hasOwn(map, name) ? [map[name]] : []));
    if (known.length === 0) return [`${path}: unknown property "${name}"`];
    return walk(document, known, { value: entry, path: `${path}.${name}`, depth: depth + 1 });
  });
}

/** The schema with everything it may also be: `$ref`s followed, `oneOf`, `anyOf` and `allOf` laid side by side. */
function alternatives(document: Json, schema: unknown, depth: number): readonly unknown[] {
  if (depth > depthMax) return [];
  const reference = child(schema, '$ref');
  if (typeof reference === 'string') {
    const target = reference.slice('#/'.length).split('/').reduce<unknown>(child, document);
    return alternatives(document, target, depth + 1);
  }
  const inside = ['oneOf', 'anyOf', 'allOf'].flatMap((keyword) => listIn(schema, keyword));
  return [schema, ...inside.flatMap((part) => alternatives(document, part, depth + 1))];
}
