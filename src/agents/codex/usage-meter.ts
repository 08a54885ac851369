/** What one notice about use says: the total of the thread, and what the last request to the model took. */
export type HeardUsage = { readonly totalTokens: number; readonly lastTokens: number; readonly isOfThisRun: boolean };

export type UsageMeter = {
  /** The tokens that this run has used, and the total of the thread. */
  hear(usage: HeardUsage): { readonly usedTokens: number; readonly totalTokens: number };
};

/**
 * Codex counts the whole thread, from a file that the agent can write. So the start of the count is what its first notice
 * says, never what we heard last: a file that says less than before must not hide what this run uses. Where the first notice
 * says more than was heard last, the difference was used by a run that ended before it could tell, and is counted now.
 */
export function createUsageMeter(heardLast: number | null): UsageMeter {
  let previous: number | null = null;
  let usedTokens = 0;
  return {
    hear({ totalTokens, lastTokens, isOfThisRun }) {
      previous ??= Math.min(heardLast ?? Infinity, Math.max(0, totalTokens - (isOfThisRun ? lastTokens : 0)));
      // A total that went down begins anew with what the last request took.
      usedTokens += totalTokens >= previous ? totalTokens - previous : lastTokens;
      previous = totalTokens;
      return { usedTokens, totalTokens };
    },
  };
}
