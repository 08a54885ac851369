/** How what a repository depends on is made before an agent works in it. */
export type SetupSpec = {
  readonly argv: readonly [string, ...string[]];
  /** Patterns of paths: the files whose contents say what is made. */
  readonly lockFiles: readonly string[];
  /** Paths in the repository that it makes and that may be kept for other sessions; of none, nothing is kept. */
  readonly cachePaths: readonly string[];
  readonly wallMs: number;
};

/** A lock file as it is in a commit. */
export type LockFile = { readonly path: string; /** The name that git gives its contents. */ readonly object: string };

/** What a run host is asked to do before its agent starts. */
export type SetupRequest = Pick<SetupSpec, 'argv' | 'cachePaths' | 'wallMs'> & {
  /** No agent has worked in the workspace yet, so nothing in it is anybody's work. */
  readonly isUntouched: boolean;
  /** Null: nothing is taken from what was kept, and nothing is kept. */
  readonly cache: SetupCacheRequest | null;
};

export type SetupCacheRequest = {
  readonly repositoryId: number;
  /** Of the default branch. Only a workspace that is exactly at it may use what is kept, or add to it. */
  readonly commit: string;
  /** In order of their paths. */
  readonly lockFiles: readonly LockFile[];
};

/** Where the setup of a run stands; each is also an event of its record. */
export const setupSteps = ['started', 'from-cache', 'done', 'there', 'kept', 'not-kept', 'failed'] as const;
export type SetupStep = (typeof setupSteps)[number];
