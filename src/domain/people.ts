/** A person or a bot on GitHub. The numeric id is the identity: a login can be renamed and taken by somebody else. */
export type Person = { readonly id: number; readonly login: string };

/** What GitHub's permission API says of a person in a repository, as `role_name` distinguishes it. */
export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** Only people who may write may start, steer or end work (promise 7). */
export function maySteer(permission: Permission): boolean {
  return permission === 'admin' || permission === 'maintain' || permission === 'write';
}
