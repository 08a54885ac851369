import type { Caller } from './state/actor.ts';
import { isAtLeast } from './state/people.ts';
import type { Repository } from './state/repositories.ts';
import { roleOf } from './state/roles.ts';
import { reaches } from './state.ts';

/** Whether the caller may know that a repository exists. */
export function isVisible(caller: Caller, repository: Repository): boolean {
  if (!repository.isPrivate) return true;
  switch (caller.kind) {
    case 'anonymous':
      return false;
    case 'user':
      return isAtLeast(roleOf(repository, caller.user), 'read');
    case 'app':
      return true; // only reads its own installation there
    case 'installation':
      return isReached(caller, repository);
  }
}

/** Whether an installation token is for a repository. */
export function isReached(caller: Extract<Caller, { kind: 'installation' }>, repository: Repository): boolean {
  const { installation, repositoryIds } = caller;
  return reaches(installation, repository) && (repositoryIds === null || repositoryIds.has(repository.id));
}
