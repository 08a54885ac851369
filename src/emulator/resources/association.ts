import type { User } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';

/**
 * `author_association`, computed as for a viewer who knows nothing: members of organisations that hide it, and Apps,
 * look like strangers. It says what somebody is to the repository, not what they may do.
 */
export function associationOf(repository: Repository, author: User): string {
  if (author.id === repository.owner.id) return 'OWNER';
  const grant = repository.collaborators.get(author.id);
  if (grant !== undefined && grant.role !== 'none') return 'COLLABORATOR';
  const hasMerged = [...repository.issues.values()].some(
    (issue) => issue.author.id === author.id && issue.pull !== null && issue.pull.mergedAt !== null,
  );
  return hasMerged ? 'CONTRIBUTOR' : 'NONE';
}
