/** A person or a bot on GitHub. The numeric id is the identity: a login can be renamed and taken by somebody else. */
export type Person = { readonly id: number; readonly login: string };

/**
 * Whoever has a shell on the server as its user: may ask for anything, and GitHub knows nothing of them. No account has the
 * id 0, whatever its login is; texts for people never show this login.
 */
export const OPERATOR: Person = { id: 0, login: 'operator' };

export function isOperator({ id }: Person): boolean {
  return id === OPERATOR.id;
}

/** What GitHub's permission API says of a person in a repository, as `role_name` distinguishes it. */
export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** Only people who may write may start, steer or end work (promise 7). */
export function maySteer(permission: Permission): boolean {
  return permission === 'admin' || permission === 'maintain' || permission === 'write';
}
