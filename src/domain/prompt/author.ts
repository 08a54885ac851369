import { maySteer, type Permission, type Person } from '../people.ts';
import { visible } from './visible.ts';

/** What somebody is to a repository, as GitHub tells it beside each text; what they may do there is a question of its own. */
export const standings = ['owner', 'member', 'collaborator', 'contributor', 'none'] as const;
export type Standing = (typeof standings)[number];

/** Who wrote a text. `permission`: as GitHub tells it now; null when it was not asked. */
export type Author = Person & { readonly standing: Standing; readonly permission: Permission | null };

/** `mona (owner, may write)`. */
export function authorText({ login, standing, permission }: Author): string {
  const rights =
    permission === null ? 'whether they may write is not known' : maySteer(permission) ? 'may write' : 'may not write';
  return `${nameOf(login)} (${standing === 'none' ? 'no part in this repository' : standing}, ${rights})`;
}

/** A login is letters, digits and hyphens; whatever else came is not shown. */
export function nameOf(login: string): string {
  return visible(login).replace(/[^A-Za-z0-9[\]_-]/g, '') || 'somebody';
}
