/**
 * Whether a text is what a pattern says: `*` is any characters but `/`, `**` any at all, everything else itself. `/**` at
 * the end is also nothing.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  if (pattern.endsWith('/**') && text === pattern.slice(0, -3)) return true;
  const tokens = pattern.match(/\*\*|[^]/gu) ?? [];
  const characters = text.match(/[^]/gu) ?? [];
  // Where in the text the tokens so far may end.
  let ends = new Set([0]);
  for (const token of tokens) {
    const next = new Set<number>();
    for (const end of ends) {
      if (token === '*' || token === '**') {
        for (let at = end; at <= characters.length && !next.has(at); at += 1) {
          next.add(at);
          if (token === '*' && characters[at] === '/') break;
        }
      } else if (characters[end] === token) next.add(end + 1);
    }
    ends = next;
  }
  return ends.has(characters.length);
}
