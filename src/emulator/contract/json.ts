export type Json = { readonly [key: string]: unknown };

/** True for a JSON object; lists and null are not. */
export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value under a key or a list position, or undefined when there is none. */
export function child(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The list under a key; empty when there is none. */
export function listIn(value: unknown, key: string): readonly unknown[] {
  const list = child(value, key);
  return Array.isArray(list) ? list : [];
}
