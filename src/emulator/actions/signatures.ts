import type { Hub } from '../hub.ts';
import type { Signature } from '../repository/commits.ts';
import type { User } from '../state/people.ts';

/** How commits that GitHub makes for somebody are signed: the no-reply address names the account. */
export function signatureOf(hub: Hub, user: User): Signature {
  return { name: user.name ?? user.login, email: user.email ?? noReply(user), at: hub.clock() };
}

/** GitHub itself, as the committer of what it merges. */
export function webFlow(hub: Hub): Signature {
  return { name: 'GitHub', email: 'noreply@github.com', at: hub.clock() };
}

const noReply = (user: User): string => `${user.id}+${user.login}@users.noreply.github.com`;

/** The account behind an e-mail address of a commit, or null. */
export function identify(hub: Hub, email: string): User | null {
  const numbered = /^(\d+)\+(.+)@users\.noreply\.github\.com$/.exec(email);
  const named = numbered?.[2] ?? /^(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  for (const user of hub.state.users.values()) {
    if (user.email === email || user.login === named) return user;
  }
  return null;
}
