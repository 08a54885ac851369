/** A user, an organisation or the `slug[bot]` of an App. */
export type User = {
  readonly id: number;
  readonly nodeId: string;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly name: string | null;
  readonly email: string | null;
  readonly createdAt: number;
};

/** `none` is for somebody whose access was taken away in a private repository. */
export const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether `role` allows what `needed` allows. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** A GitHub App; `bot` is the user that its installation tokens act as. */
export type App = {
  readonly id: number;
  readonly nodeId: string;
  readonly slug: string;
  readonly name: string;
  readonly owner: User;
  readonly bot: User;
  readonly clientId: string;
  readonly publicKey: string;
  readonly createdAt: number;
  permissions: Permissions;
  events: readonly string[];
  webhook: { url: string | null; secret: string };
};

export type Permissions = Readonly<Record<string, 'read' | 'write' | 'admin'>>;

/** Whether permissions hold one such as `issues:write`; write includes read. */
export function isGranted(permissions: Permissions, needed: string): boolean {
  const [name = '', level = 'read'] = needed.split(':');
  const held = permissions[name];
  if (name === 'metadata') return true; // every App has it
  return held !== undefined && (level === 'read' || held === level || held === 'admin');
}

/** An App on an account. `repositoryIds` null means all repositories of the account. */
export type Installation = {
  readonly id: number;
  readonly nodeId: string;
  readonly app: App;
  readonly account: User;
  readonly createdAt: number;
  updatedAt: number;
  permissions: Permissions;
  events: readonly string[];
  repositoryIds: Set<number> | null;
  suspendedAt: number | null;
  suspendedBy: User | null;
};
