import { isAtLeast, isGranted, type App, type Installation, type Permissions, type Role, type User } from './people.ts';
import type { Repository } from './repositories.ts';
import { roleOf } from './roles.ts';

/** Who does something: a person, or the bot of an App. */
export type Actor = { readonly user: User; readonly app: App | null };

/** Who sent a request, as its credential says. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'app'; readonly app: App }
  | {
      readonly kind: 'installation';
      readonly installation: Installation;
      readonly token: string;
      readonly permissions: Permissions;
      /** Null: all that the installation reaches. */
      readonly repositoryIds: ReadonlySet<number> | null;
    };

/** A short name for logs: `anonymous`, a login, `app:SLUG` or `SLUG[bot]`. */
export function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'user':
      return caller.user.login;
    case 'app':
      return `app:${caller.app.slug}`;
    case 'installation':
      return caller.installation.app.bot.login;
  }
}

/** Whether the caller may do what needs one of these App permissions, or, for a person, this role. */
export function mayCaller(
  caller: Caller,
  repository: Repository,
  needed: { readonly permissions: readonly string[]; readonly role: Role },
): boolean {
  switch (caller.kind) {
    case 'anonymous':
      return needed.role === 'read' && !repository.isPrivate;
    case 'user':
      return isAtLeast(roleOf(repository, caller.user), needed.role);
    case 'app':
      return false;
    case 'installation':
      return needed.permissions.some((permission) => isGranted(caller.permissions, permission));
  }
}

/** Whose rate limits a request draws on; all repositories of an installation share one. */
export function ownerOf(caller: Caller): string {
  switch (caller.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'user':
      return `user ${caller.user.login}`;
    case 'app':
      return `app ${caller.app.id}`;
    case 'installation':
      return `installation ${caller.installation.id}`;
  }
}
