/** An object as it goes over the wire, in GitHub's field names. */
export type Json = Readonly<Record<string, unknown>>;

/** GitHub's instants: UTC, whole seconds. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The same for what may not have happened yet. */
export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
