import type { PublishPolicy } from '../domain/publish/policy.ts';
import { pathMatcher } from './path-matcher.ts';

const FILE_BYTES_MAX = 5 * 1024 * 1024; // source code is smaller; GitHub warns at 50 MB and cannot forget what was pushed
const FILES_MAX = 300; // more than a person can review; also where GitHub's own file list of a diff ends
const COMMITS_MAX = 250; // GitHub lists no more commits of a pull request

/** Reeve's own configuration and the programs that run with the repository's secrets. */
export const protectedPathsDefault: readonly string[] = [
  '.github/workflows/**',
  '.github/reeve.yml',
  '.github/reeve/**',
];

/** A policy from path patterns (see `pathMatcher`). The default protected paths stay protected whatever else is said. */
export function publishPolicy(paths: {
  readonly allowed: readonly string[];
  readonly protected: readonly string[];
}): PublishPolicy {
  return {
    isAllowed: pathMatcher(paths.allowed),
    isProtected: pathMatcher([...protectedPathsDefault, ...paths.protected]),
    fileBytesMax: FILE_BYTES_MAX,
    filesMax: FILES_MAX,
    commitsMax: COMMITS_MAX,
  };
}

/** Everything but the protected paths. */
export const publishPolicyDefault: PublishPolicy = publishPolicy({ allowed: ['**'], protected: [] });
