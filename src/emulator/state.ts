import { createIds, nodeId } from './state/ids.ts';
import type { App, Installation, User } from './state/people.ts';
import { fullName, type Repository } from './state/repositories.ts';
import type { Comment, Issue, Review } from './state/threads.ts';

/** What a GraphQL node id leads to. */
export type Node =
  | { readonly type: 'Issue' | 'Pull'; readonly repository: Repository; readonly issue: Issue }
  | { readonly type: 'Comment'; readonly repository: Repository; readonly issue: Issue; readonly comment: Comment }
  | { readonly type: 'Review'; readonly repository: Repository; readonly issue: Issue; readonly review: Review }
  | { readonly type: 'Repository'; readonly repository: Repository };

/** Everything the emulator knows, apart from git's objects. Lives and dies with the process. */
export type State = {
  readonly nextId: () => number;
  readonly users: Map<string, User>;
  readonly apps: Map<number, App>;
  readonly installations: Map<number, Installation>;
  readonly repositories: Map<string, Repository>;
  /** Old `owner/name`, lower case, to the repository that was renamed or moved. */
  readonly formerNames: Map<string, Repository>;
  readonly nodes: Map<string, Node>;
};

/** A GitHub with nobody on it. */
export function createState(): State {
  return {
    nextId: createIds(),
    users: new Map(),
    apps: new Map(),
    installations: new Map(),
    repositories: new Map(),
    formerNames: new Map(),
    nodes: new Map(),
  };
}

/** The user with this login, in any case of letters, or null. */
export function findUser(state: State, login: string): User | null {
  return state.users.get(login.toLowerCase()) ?? null;
}

type NewUser = Pick<User, 'login' | 'type' | 'createdAt'> & Partial<Pick<User, 'id' | 'name' | 'email'>>;

/** Adds a user, or gives back the one who already has the login. */
export function addUser(state: State, { login, type, createdAt, ...rest }: NewUser): User {
  const present = findUser(state, login);
  if (present !== null) return present;
  const id = rest.id ?? state.nextId();
  const user: User = {
    id,
    nodeId: nodeId('User', id),
    login,
    type,
    name: rest.name ?? null,
    email: rest.email ?? null,
    createdAt,
  };
  state.users.set(login.toLowerCase(), user);
  return user;
}

/** The repository that has or once had this name, in any case of letters, or null. */
export function findRepository(state: State, owner: string, name: string): Repository | null {
  const key = `${owner}/${name}`.toLowerCase();
  return state.repositories.get(key) ?? state.formerNames.get(key) ?? null;
}

/** The first installation of any App that reaches the repository, per App. */
export function installationsOn(state: State, repository: Repository): readonly Installation[] {
  return [...state.installations.values()].filter((installation) => reaches(installation, repository));
}

/** Whether an installation includes a repository. */
export function reaches(installation: Installation, repository: Repository): boolean {
  if (installation.account.id !== repository.owner.id) return false;
  return installation.repositoryIds === null || installation.repositoryIds.has(repository.id);
}

/** Every repository that an installation includes, in order of age. */
export function repositoriesOf(state: State, installation: Installation): readonly Repository[] {
  return [...state.repositories.values()].filter((repository) => reaches(installation, repository));
}

/** Gives a repository another name or owner; the old address goes on leading to it. */
export function moveRepository(
  state: State,
  repository: Repository,
  { owner, name }: { readonly owner: User; readonly name: string },
): void {
  const old = fullName(repository).toLowerCase();
  state.repositories.delete(old);
  state.formerNames.set(old, repository);
  repository.owner = owner;
  repository.name = name;
  state.repositories.set(fullName(repository).toLowerCase(), repository);
}

/** Forgets a repository under every name it had. */
export function removeRepository(state: State, repository: Repository): void {
  for (const names of [state.repositories, state.formerNames]) {
    for (const [name, each] of names) if (each === repository) names.delete(name);
  }
  for (const installation of state.installations.values()) installation.repositoryIds?.delete(repository.id);
}
