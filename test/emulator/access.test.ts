import { generateKeyPairSync, sign } from 'node:crypto';

import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { expect, test } from 'vitest';

import { systemClock } from '../../src/lib/clock.ts';
import { git, cloneUrl, openWorld, refusal, seed, shop, type World } from './world.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function mint(world: World, narrow: Record<string, unknown> = {}): Promise<string> {
  const { installationId } = world.emulator.app;
  const { data } = await world.asApp.apps.createInstallationAccessToken({
    installation_id: installationId ?? 0,
    ...narrow,
  });
  return data.token;
}

const withToken = (world: World, auth: string): Octokit =>
  new Octokit({ baseUrl: world.emulator.url, auth, log: quiet });

test('a token lives one hour by the clock of the emulator', async () => {
  const world = await openWorld();
  const token = await mint(world);
  expect(token.length).toBeGreaterThan(400);
  await withToken(world, token).issues.get({ ...shop, issue_number: 1 });
  world.emulator.control.advanceClock(61 * 60 * 1000);
  expect(await refusal(withToken(world, token).issues.get({ ...shop, issue_number: 1 }))).toBe(401);
});

test('unknown, revoked and foreign credentials are refused', async () => {
  const world = await openWorld();
  expect(await refusal(withToken(world, 'ghs_bogus').issues.get({ ...shop, issue_number: 1 }))).toBe(401);
  const token = await mint(world);
  await withToken(world, token).apps.revokeInstallationAccessToken();
  expect(await refusal(withToken(world, token).issues.get({ ...shop, issue_number: 1 }))).toBe(401);
  const other = new Octokit({
    baseUrl: world.emulator.url,
    log: quiet,
    authStrategy: createAppAuth,
    auth: { appId: 99, privateKey: world.emulator.app.privateKey },
  });
  expect(await refusal(other.apps.getAuthenticated())).toBe(404);
  expect(await refusal(withToken(world, token).apps.getAuthenticated())).toBe(401);
});

test('a token narrowed in permissions writes nothing else', async () => {
  const world = await openWorld();
  const octokit = withToken(world, await mint(world, { permissions: { issues: 'read', contents: 'read' } }));
  await octokit.issues.get({ ...shop, issue_number: 1 });
  expect(await refusal(octokit.issues.createComment({ ...shop, issue_number: 1, body: 'no' }))).toBe(403);
  expect(await refusal(octokit.git.createRef({ ...shop, ref: 'refs/heads/x', sha: '0'.repeat(40) }))).toBe(403);
  expect(await refusal(mint(world, { permissions: { administration: 'write' } }))).toBe(422);
});

const twoRepositories = {
  ...seed,
  repositories: [
    ...(seed.repositories ?? []),
    { owner: 'acme', name: 'vault', private: true },
    { owner: 'acme', name: 'site' },
    { owner: 'other', name: 'secret', private: true, installed: false },
  ],
};

test('a token narrowed to a repository does not reach another', async () => {
  const world = await openWorld({ seed: twoRepositories });
  const octokit = withToken(world, await mint(world, { repositories: ['shop'] }));
  await octokit.repos.get(shop);
  expect(await refusal(octokit.repos.get({ owner: 'acme', repo: 'vault' }))).toBe(404);
  expect(await refusal(octokit.issues.create({ owner: 'acme', repo: 'site', title: 'no' }))).toBe(403);
  expect(await refusal(octokit.repos.get({ owner: 'other', repo: 'secret' }))).toBe(404);
  const { data } = await octokit.apps.listReposAccessibleToInstallation();
  expect(data.repositories.map(({ name }) => name)).toEqual(['shop']);
  expect(await refusal(mint(world, { repositories: ['nowhere'] }))).toBe(422);
});

test('an App that is suspended or removed is out at once', async () => {
  const world = await openWorld();
  const token = await mint(world);
  await world.emulator.control.act({ as: 'acme', do: 'suspend', repo: 'acme/shop' });
  expect(await refusal(withToken(world, token).issues.get({ ...shop, issue_number: 1 }))).toBe(401);
  expect(await refusal(mint(world))).toBe(403);
  await world.emulator.control.act({ as: 'acme', do: 'unsuspend', repo: 'acme/shop' });
  await mint(world);
  await world.emulator.control.act({ as: 'acme', do: 'uninstall', repo: 'acme/shop' });
  await world.emulator.settled();
  expect(world.names()).toEqual(['installation.suspend', 'installation.unsuspend', 'installation.deleted']);
  expect(await refusal(world.asApp.apps.getRepoInstallation(shop))).toBe(404);
});

test('people may do what their role says', async () => {
  const { as, emulator, asBot } = await openWorld({ seed: twoRepositories });
  await as('mallory').issues.createComment({ ...shop, issue_number: 1, body: 'Hello' });
  expect(await refusal(as('mallory').issues.addLabels({ ...shop, issue_number: 1, labels: ['bug'] }))).toBe(403);
  expect(await refusal(as('mallory').issues.update({ ...shop, issue_number: 1, state: 'closed' }))).toBe(403);
  expect(await refusal(as('mallory').repos.get({ owner: 'acme', repo: 'vault' }))).toBe(404);
  await as('tom').issues.addLabels({ ...shop, issue_number: 1, labels: ['bug'] });
  expect(await refusal(as('tom').git.createRef({ ...shop, ref: 'refs/heads/x', sha: 'a' }))).toBe(403);
  await expect(emulator.control.act({ as: 'mallory', do: 'merge', repo: 'acme/shop', number: 1 })).rejects.toThrow(
    'GitHub refused mallory to merge: 403',
  );

  const roleOf = async (username: string) => {
    const { data } = await asBot.repos.getCollaboratorPermissionLevel({ ...shop, username });
    return [data.permission, data.role_name];
  };
  expect(await roleOf('tom')).toEqual(['read', 'triage']);
  expect(await roleOf('max')).toEqual(['write', 'maintain']);
  expect(await roleOf('mallory')).toEqual(['read', 'read']);
  expect(await roleOf('acme')).toEqual(['admin', 'admin']);
  expect(await refusal(asBot.repos.getCollaboratorPermissionLevel({ ...shop, username: 'nobody-at-all' }))).toBe(404);
  await emulator.control.act({ as: 'acme', do: 'set-role', repo: 'acme/shop', login: 'ada', role: 'read' });
  expect(await roleOf('ada')).toEqual(['read', 'read']);
});

test('strangers read what is public and write nothing', async () => {
  const { emulator } = await openWorld({ seed: twoRepositories });
  const stranger = new Octokit({ baseUrl: emulator.url, log: quiet });
  await stranger.issues.get({ ...shop, issue_number: 1 });
  expect(await refusal(stranger.issues.createComment({ ...shop, issue_number: 1, body: 'no' }))).toBe(401);
  expect(await refusal(stranger.repos.get({ owner: 'acme', repo: 'vault' }))).toBe(404);
});

test('git asks for the same rights', async () => {
  const world = await openWorld({ seed: twoRepositories });
  const { emulator, directory } = world;
  const work = await directory();
  await git(work, 'clone', '--quiet', `${emulator.url}/acme/shop.git`, 'public');
  await expect(git(work, 'clone', '--quiet', `${emulator.url}/acme/vault.git`, 'no')).rejects.toThrow(
    'could not read Username',
  );
  const reader = await mint(world, { permissions: { contents: 'read' }, repositories: ['shop'] });
  await git(work, 'clone', '--quiet', cloneUrl(emulator, reader), 'reader');
  await expect(git(`${work}/reader`, 'push', '--quiet', 'origin', 'HEAD:refs/heads/x')).rejects.toThrow(/403/);
  await expect(git(work, 'clone', '--quiet', cloneUrl(emulator, reader, 'acme/vault'), 'no')).rejects.toThrow(
    'not found',
  );
});

test('a JWT is signed by the App, from now, and for ten minutes at most', async () => {
  const { emulator } = await openWorld();
  const { id, clientId, privateKey } = emulator.app;
  const now = Math.floor(systemClock() / 1000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const ask = async (claims: Record<string, unknown>, key = privateKey): Promise<number> => {
    const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    const jwt = `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), key).toString('base64url')}`;
    return (await fetch(`${emulator.url}/app`, { headers: { authorization: `Bearer ${jwt}` } })).status;
  };
  expect(await ask({ iss: id, iat: now - 60, exp: now + 500 })).toBe(200);
  expect(await ask({ iss: clientId, iat: now, exp: now + 500 })).toBe(200);
  expect(await ask({ iss: id, iat: now - 900, exp: now - 300 })).toBe(401);
  expect(await ask({ iss: id, iat: now, exp: now + 3600 })).toBe(401);
  const { privateKey: foreign } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  expect(await ask({ iss: id, iat: now, exp: now + 500 }, foreign)).toBe(401);
});

test('what was transferred or deleted is not where it was', async () => {
  const world = await openWorld();
  const { emulator, asBot } = world;
  const { act } = emulator.control;
  await emulator.control.addRepository({ owner: 'acme', name: 'attic', issues: [{ title: 'Old' }, { title: 'Odd' }] });
  const attic = { owner: 'acme', repo: 'attic' };
  await act({ as: 'acme', do: 'transfer-issue', repo: 'acme/attic', number: 1, to: 'acme/shop' });
  await act({ as: 'acme', do: 'delete-issue', repo: 'acme/attic', number: 2 });
  const { data } = await asBot.issues.get({ ...attic, issue_number: 1 });
  expect(data.repository_url).toMatch(/acme\/shop$/);
  expect(await refusal(asBot.issues.get({ ...attic, issue_number: 2 }))).toBe(410);
  await act({ as: 'acme', do: 'archive-repository', repo: 'acme/attic' });
  expect(await refusal(asBot.issues.create({ ...attic, title: 'no' }))).toBe(403);
  await act({ as: 'acme', do: 'transfer-repository', repo: 'acme/attic', to: 'zoo' });
  expect(await refusal(mint(world, { repositories: ['attic'] }))).toBe(422);
  await act({ as: 'zoo', do: 'delete-repository', repo: 'zoo/attic' });
  expect(await refusal(asBot.repos.get({ owner: 'zoo', repo: 'attic' }))).toBe(404);
  expect(await refusal(asBot.repos.get(attic))).toBe(404);
});
