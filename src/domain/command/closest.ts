/** Two slips of the finger: more, and the suggestion would be a guess. */
const DISTANCE_MAX = 2;

/** The candidate that was most likely meant, the first of equally near ones, or null. Case does not matter. */
export function closest(typed: string, candidates: readonly string[]): string | null {
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - typed.length) > DISTANCE_MAX) continue;
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase());
    // A word that shares no letter with the candidate was not a slip.
    if (distance > DISTANCE_MAX || distance >= typed.length) continue;
    if (best === null || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate ?? null;
}

/** Letters to insert, delete or replace on the way from one word to the other (Levenshtein). */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (one[line - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
