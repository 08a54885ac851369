import { pathMatcher } from '../config/path-matcher.ts';
import { setupFor } from '../domain/policy/narrow.ts';
import type { RepositoryConfig } from '../domain/policy/repository-config.ts';
import { LOCK_FILES_MAX } from '../domain/setup/schema.ts';
import type { SetupCacheRequest, SetupRequest, SetupSpec } from '../domain/setup/setup.ts';
import type { Mirror } from '../runs/mirror.ts';
import type { Ports } from './ports.ts';

type Tree = {
  readonly repositoryId: number;
  readonly config: RepositoryConfig;
  readonly mirror: Pick<Mirror, 'filesOf'>;
  /** Of the default branch, where the workspace was made. */
  readonly commit: string;
  /** No agent has worked in the workspace. */
  readonly isUntouched: boolean;
};

/** What a run host is to set up; null where a repository needs nothing. Reads our mirror only, never a workspace. Safe to repeat. */
export async function setupRequest({ settings }: Pick<Ports, 'settings'>, tree: Tree): Promise<SetupRequest | null> {
  const spec = setupFor(tree.config, settings.setupOf(tree.repositoryId));
  if (spec === null) return null;
  const { argv, cachePaths, wallMs } = spec;
  return { argv, cachePaths, wallMs, isUntouched: tree.isUntouched, cache: await cacheOf(spec, tree) };
}

/** Without a lock file nothing says what is made, and so nothing can be kept under a name. */
async function cacheOf(spec: SetupSpec, tree: Tree): Promise<SetupCacheRequest | null> {
  const { repositoryId, mirror, commit, isUntouched } = tree;
  if (!isUntouched || spec.cachePaths.length === 0) return null;
  const lockFiles = await mirror.filesOf(commit, pathMatcher(spec.lockFiles));
  if (lockFiles === null || lockFiles.length === 0 || lockFiles.length > LOCK_FILES_MAX) return null;
  return { repositoryId, commit, lockFiles };
}
