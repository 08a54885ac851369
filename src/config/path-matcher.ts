import picomatch from 'picomatch';

import type { PathMatcher } from '../domain/publish/policy.ts';

/**
 * Means what any of the patterns means; of none, nothing. `*`, `?`, `**`, `[…]` and `{a,b}` as in a shell, also for dot
 * files; upper and lower case differ; a pattern that ends in `/` means all that is below. A leading `!` is literal.
 */
export function pathMatcher(patterns: readonly string[]): PathMatcher {
  if (patterns.length === 0) return () => false;
  const whole = patterns.map((pattern) => (pattern.endsWith('/') ? `${pattern}**` : pattern));
  const matches = picomatch(whole, { dot: true, nonegate: true, noextglob: true, strictSlashes: true, flags: 's' });
  return (path) => matches(path);
}
