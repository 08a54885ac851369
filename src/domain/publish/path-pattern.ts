/** Tells whether a path (with `/`, from the top of the repository) is meant. */
export type PathMatcher = (path: string) => boolean;

/**
 * Understands `*` (anything within one path segment), `?` (one character) and `**` (any number of segments, as a whole
 * segment). All else is literal, upper and lower case differ, and dot files are ordinary. A pattern that ends in `/` means all that is below.
 * Takes time in proportion to pattern times path, whatever they hold.
 */
export function pathMatcher(pattern: string): PathMatcher {
  const segments = (pattern.endsWith('/') ? `${pattern}**` : pattern).split('/');
  return (path) => matchSegments(segments, path.split('/'));
}

/** Means what any of the patterns means; of none, nothing. */
export function anyPathMatcher(patterns: readonly string[]): PathMatcher {
  const matchers = patterns.map(pathMatcher);
  return (path) => matchers.some((matches) => matches(path));
}

function matchSegments(pattern: readonly string[], path: readonly string[]): boolean {
  return matchWild(pattern, path, (segment) => segment === '**', matchSegment);
}

function matchSegment(pattern: string, text: string): boolean {
  return matchWild(
    [...pattern],
    [...text],
    (character) => character === '*',
    (wanted, character) => wanted === '?' || wanted === character,
  );
}

/** Wildcard matching that goes back to the last star only, so it cannot be made slow. */
function matchWild(
  pattern: readonly string[],
  items: readonly string[],
  isStar: (part: string) => boolean,
  matchesOne: (part: string, item: string) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let index = 0;
  while (index < items.length) {
    const part = pattern[at];
    const item = items[index] ?? '';
    if (part !== undefined && isStar(part)) {
      star = at;
      at += 1;
      resumeAt = index;
    } else if (part !== undefined && matchesOne(part, item)) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      index = resumeAt;
      at = star + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every(isStar);
}
