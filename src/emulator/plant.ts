import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';

import { openIssue } from './actions/issues.ts';
import { addLabel } from './actions/labels.ts';
import { generateAppKey } from './app-tokens.ts';
import type { Hub } from './hub.ts';
import { createRepository } from './repository.ts';
import { usualEvents, usualPermissions, type AppSeed, type ParsedRepositorySeed, type ParsedSeed } from './seed.ts';
import { nodeId } from './state/ids.ts';
import type { App, Installation, User } from './state/people.ts';
import { fullName, type Repository } from './state/repositories.ts';
import { addUser, findUser, reaches } from './state.ts';

/** Makes everything that a seed asks for; gives the App and its private key. */
export async function plant(hub: Hub, root: string, seed: ParsedSeed): Promise<{ app: App; privateKey: string }> {
  const planted = await plantApp(hub, seed.app);
  for (const user of seed.users) addUser(hub.state, { ...user, createdAt: hub.clock() });
  for (const repository of seed.repositories) await plantRepository(hub, { root, app: planted.app }, repository);
  return planted;
}

/** An App with its bot and key; its JWTs are believed from now on. */
export async function plantApp(hub: Hub, seed: AppSeed): Promise<{ app: App; privateKey: string }> {
  const createdAt = hub.clock();
  const privateKey = seed.privateKey ?? (await generateAppKey());
  const app: App = {
    id: seed.id,
    nodeId: nodeId('App', seed.id),
    slug: seed.slug,
    name: seed.name ?? seed.slug,
    owner: addUser(hub.state, { login: `${seed.slug}-maker`, type: 'User', createdAt }),
    bot: addUser(hub.state, { login: `${seed.slug}[bot]`, type: 'Bot', createdAt }),
    clientId: `Iv23li${String(seed.id).padStart(14, '0')}`,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    createdAt,
    permissions: seed.permissions ?? usualPermissions,
    events: seed.events ?? usualEvents,
    webhook: { url: seed.webhookUrl ?? null, secret: seed.webhookSecret },
  };
  hub.state.apps.set(app.id, app);
  hub.tokens.registerApp({ id: app.id, clientId: app.clientId, key: app.publicKey });
  return { app, privateKey };
}

type Ground = { readonly root: string; readonly app: App };

/** A repository with its files, people, labels and issues; the App is installed on it unless the seed says not. */
export async function plantRepository(
  hub: Hub,
  { root, app }: Ground,
  seed: ParsedRepositorySeed,
): Promise<Repository> {
  const { state } = hub;
  const now = hub.clock();
  const person = (login: string): User => addUser(state, { login, type: 'User', createdAt: now });
  const owner = person(seed.owner);
  const id = state.nextId();
  const repository: Repository = {
    id,
    nodeId: nodeId('Repository', id),
    owner,
    createdAt: now,
    collaborators: new Map(),
    labels: new Map(),
    milestones: [],
    issues: new Map(),
    goneIssues: new Map(),
    suites: [],
    statuses: [],
    hooks: [],
    protections: new Map(Object.entries(seed.protected)),
    merging: { mergeCommit: true, squash: true, rebase: true, autoMerge: true, deleteBranch: false },
    quietApps: new Set(),
    name: seed.name,
    isPrivate: seed.private,
    isArchived: false,
    description: seed.description,
    defaultBranch: seed.defaultBranch,
    topics: [],
    pushedAt: now,
    updatedAt: now,
    nextNumber: 1,
  };
  for (const [login, role] of Object.entries(seed.collaborators)) {
    const user = person(login);
    repository.collaborators.set(user.id, { user, role });
  }
  state.repositories.set(fullName(repository).toLowerCase(), repository);
  state.nodes.set(repository.nodeId, { type: 'Repository', repository });
  await createRepository({
    directory: join(root, owner.login, `${seed.name}.git`),
    defaultBranch: seed.defaultBranch,
    files: seed.files,
    message: 'Begin',
    author: { name: owner.name ?? owner.login, email: `${owner.id}+${owner.login}@users.noreply.github.com`, at: now },
  });
  for (const label of seed.labels) addLabel(hub, repository, label);
  for (const issue of seed.issues) {
    const labels = issue.labels.map(
      (name) => repository.labels.get(name.toLowerCase()) ?? addLabel(hub, repository, { name }),
    );
    const author = issue.author === undefined ? owner : person(issue.author);
    await openIssue(hub, { user: author, app: null }, repository, { title: issue.title, body: issue.body, labels });
  }
  if (seed.installed) install(hub, app, repository); // last, so that the App hears of nothing that was there before it
  return repository;
}

/** Installs an App on a repository: a new installation on its owner's account, or one repository more in the one there is. */
export function install(hub: Hub, app: App, repository: Repository): Installation {
  const { state } = hub;
  const now = hub.clock();
  const present = [...state.installations.values()].find(
    (installation) => installation.app === app && installation.account === repository.owner,
  );
  if (present !== undefined) {
    if (!reaches(present, repository)) present.repositoryIds?.add(repository.id);
    present.updatedAt = now;
    return present;
  }
  const id = state.nextId();
  const installation: Installation = {
    id,
    nodeId: nodeId('Installation', id),
    app,
    account: repository.owner,
    createdAt: now,
    updatedAt: now,
    permissions: app.permissions,
    events: app.events,
    repositoryIds: new Set([repository.id]),
    suspendedAt: null,
    suspendedBy: null,
  };
  state.installations.set(id, installation);
  return installation;
}

/** The user, made when there is none: acting as somebody is enough to exist. */
export function person(hub: Hub, login: string): User {
  return findUser(hub.state, login) ?? addUser(hub.state, { login, type: 'User', createdAt: hub.clock() });
}
