import type { SetupSpec } from '../domain/setup/setup.ts';
import type { Values } from './variables.ts';

const MINUTE_MS = 60_000;

/** How a repository is set up, as the variables have it. */
export function setupOf(values: Values): SetupSpec | null {
  const { REEVE_SETUP, REEVE_SETUP_LOCKFILES, REEVE_SETUP_CACHE, REEVE_SETUP_MINUTES } = values;
  if (REEVE_SETUP === undefined) return null;
  return {
    argv: REEVE_SETUP,
    lockFiles: REEVE_SETUP_LOCKFILES,
    cachePaths: REEVE_SETUP_CACHE,
    wallMs: REEVE_SETUP_MINUTES * MINUTE_MS,
  };
}

/** What would be set in vain: nothing is kept without a name for it, and there is nothing to keep without a command. */
export function setupChoice(values: Values | null): readonly string[] {
  if (values === null) return [];
  const { REEVE_SETUP, REEVE_SETUP_LOCKFILES, REEVE_SETUP_CACHE } = values;
  if (REEVE_SETUP === undefined) {
    const vain = REEVE_SETUP_CACHE.length > 0 || REEVE_SETUP_LOCKFILES.length > 0;
    return vain
      ? [
          'REEVE_SETUP is not set, but what it uses or makes is; set it, or unset REEVE_SETUP_LOCKFILES and REEVE_SETUP_CACHE.',
        ]
      : [];
  }
  return REEVE_SETUP_CACHE.length > 0 && REEVE_SETUP_LOCKFILES.length === 0
    ? ['REEVE_SETUP_LOCKFILES is not set; name the files that say what REEVE_SETUP makes, or unset REEVE_SETUP_CACHE.']
    : [];
}
