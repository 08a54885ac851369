import type { Role, User } from './people.ts';
import type { Repository } from './repositories.ts';

/** What somebody may do in a repository: their grant, else reading where everybody may read. */
export function roleOf(repository: Repository, user: User): Role {
  if (user.id === repository.owner.id) return 'admin';
  const grant = repository.collaborators.get(user.id);
  if (grant !== undefined) return grant.role;
  return repository.isPrivate ? 'none' : 'read';
}

/** The older, coarser word for a role, as the `permission` field has it. */
export function legacyPermission(role: Role): 'admin' | 'write' | 'read' | 'none' {
  switch (role) {
    case 'admin':
      return 'admin';
    case 'maintain':
    case 'write':
      return 'write';
    case 'triage':
    case 'read':
      return 'read';
    case 'none':
      return 'none';
  }
}
