import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { runIdOf } from '../../src/domain/ids.ts';
import { configDefault } from '../../src/domain/policy/repository-config.ts';
import { identityOf, livenessOf } from '../../src/lib/process-table.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { claimLock } from '../../src/runs/run-directory/host-lock.ts';
import { advanceSession } from '../../src/work/advance-session.ts';
import { setupRequest } from '../../src/work/setup-request.ts';
import { eventually, openWorld, REPO } from '../ports.ts';
import { broke, granted, launched } from '../sessions.ts';

const GRACE_MS = 60_000; // longer than a host may take to end

/** A session that prepares its run while GitHub is away, and a process that plays the run's host. */
async function preparing() {
  const world = await openWorld();
  const { ports, control } = world;
  const session = await world.session(granted);
  control.addFault({ kind: 'status', path: '**', status: 503, times: null });
  const directory = runDirectoryOf(world.home, runIdOf(session.id, 1));
  mkdirSync(directory.path, { recursive: true });
  const child = spawn('sleep', ['600']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const host = await identityOf(child.pid!);
  return {
    ...{ ...world, directory, host: host! },
    stateOf: async () => (await world.stored(session.id)).state,
    look: () => advanceSession(ports, session.id),
  };
}

test('a run that was launched before a crash is taken as launched, also while GitHub is away', async () => {
  const { directory, host, look, stateOf } = await preparing();
  await claimLock(directory, host);
  await look();
  expect(await stateOf()).toBe('working');
});

test('no other run follows a failed launch before nothing of it is left', async () => {
  const { directory, host, look, stateOf, time } = await preparing();
  writeFileSync(directory.lock, ''); // who has claimed the run cannot be read: a host may be at work
  await look();
  expect(await stateOf()).toBe('preparing');
  rmSync(directory.lock);
  await claimLock(directory, host);
  await look();
  expect(await stateOf()).toBe('preparing');
  expect(await livenessOf(host)).toBe('alive');
  time.now += GRACE_MS;
  await look();
  await eventually(async () => expect(await livenessOf(host)).toBe('dead'));
  await look();
  expect(await stateOf()).toBe('retrying');
});

test('what a launch lacks on this machine is said on the card, and is no mishap of the session', async () => {
  const { ports, ...world } = await openWorld();
  const session = await world.session(granted);
  const launch = () => Promise.reject(Object.assign(new Error('spawn node'), { code: 'EAGAIN' }));
  const prepareHost = () => ({ launch, dismiss: () => {} });
  const short = { ...ports, runs: { ...ports.runs, prepareHost } };
  await advanceSession(short, session.id);
  const detail = 'This machine is short of processes (EAGAIN).';
  expect(await world.stored(session.id)).toMatchObject({ state: 'retrying', detail, mishaps: 0 });
  expect(ports.capacity.whyNot(world.time.now)).toBe(detail);
});

test('a run is asked to set its repository up, by what its lock files hold at the commit of the default branch', async () => {
  const { ports, ...world } = await openWorld();
  const setup = { argv: ['true'], lockFiles: ['README.*'], cachePaths: ['deps'], wallMs: 60_000 } as const;
  const withSetup = { ...ports, settings: { ...ports.settings, setupOf: () => setup } };
  const session = await world.session(granted);
  await advanceSession(withSetup, session.id);
  const { request } = await ports.runs.observe(runIdOf(session.id, 1));
  const mirror = await ports.openMirror(session.repositoryId);
  const commit = await mirror.headOf('main');
  expect(request?.setup).toEqual({
    ...{ argv: ['true'], cachePaths: ['deps'], wallMs: 60_000, isUntouched: true },
    cache: {
      ...{ repositoryId: session.repositoryId, commit },
      lockFiles: [{ path: 'README.md', object: expect.stringMatching(/^[0-9a-f]{40}$/) as string }],
    },
  });
  await eventually(async () => expect(await ports.runs.stop(runIdOf(session.id, 1), world.time.now)).toBe('ended'));

  // A run whose setup failed had no agent: the next one is asked for the same. After an agent, nothing is kept.
  const tree = { repositoryId: session.repositoryId, config: configDefault, mirror, commit: commit ?? '' };
  const without = { ...withSetup.settings, setupOf: () => ({ ...setup, lockFiles: ['no-such-file'] }) };
  expect(await setupRequest(withSetup, { ...tree, isUntouched: false })).toMatchObject({ cache: null });
  expect(await setupRequest({ settings: without }, { ...tree, isUntouched: true })).toMatchObject({ cache: null });
  expect(await setupRequest(ports, { ...tree, isUntouched: true })).toBeNull();
});

test('a run whose setup failed had no agent, so the next one begins like it', async () => {
  const { ports, ...world } = await openWorld();
  const setup = { argv: ['true'], lockFiles: ['README.*'], cachePaths: ['deps'], wallMs: 60_000 } as const;
  const withSetup = { ...ports, settings: { ...ports.settings, setupOf: () => setup } };
  const session = await world.session(
    granted,
    launched(),
    broke('setup-failed', 'No registry.'),
    { kind: 'retry-due' },
    granted,
  );
  await advanceSession(withSetup, session.id);
  const { request } = await ports.runs.observe(runIdOf(session.id, 2));
  expect(request).toMatchObject({
    isResume: false,
    setup: { isUntouched: true, cache: { lockFiles: [{ path: 'README.md' }] } },
  });
  await eventually(async () => expect(await ports.runs.stop(runIdOf(session.id, 2), world.time.now)).toBe('ended'));
});

test('a server that stops launches nothing, and the next look goes on from there', async () => {
  const { ports, stored, ...world } = await openWorld();
  const session = await world.session(granted);
  await advanceSession(ports, session.id, AbortSignal.abort());
  expect(await stored(session.id)).toMatchObject({ state: 'preparing' });
  expect(await ports.runs.observe(runIdOf(session.id, 1))).toMatchObject({ request: null });
  await advanceSession(ports, session.id);
  expect(await stored(session.id)).toMatchObject({ state: 'working' });
  await eventually(async () => expect(await ports.runs.stop(runIdOf(session.id, 1), world.time.now)).toBe('ended'));
});

test.each([
  ['that holds what GitHub names is not fetched', false],
  ['that does not hold it is fetched', true],
])('a mirror %s', async (_, isBehind) => {
  const { ports, repository, control, sent, ...world } = await openWorld();
  const mirror = await ports.openMirror(repository.id);
  await mirror.fetch(await ports.github.gitAccess(repository, 'read'));
  if (isBehind)
    await control.act({
      as: 'mona',
      repo: REPO,
      do: 'push',
      branch: 'main',
      files: { 'new.txt': 'new' },
      message: 'More',
    });
  const before = sent('GET', /info\/refs/);
  const session = await world.session(granted);
  await advanceSession(ports, session.id);
  expect(await world.stored(session.id)).toMatchObject({ state: 'working' });
  expect(sent('GET', /info\/refs/) - before > 0).toBe(isBehind);
  expect(existsSync(join(ports.workspaces.pathOf(session.id), 'repo/new.txt'))).toBe(isBehind);
  await eventually(async () => expect((await ports.runs.observe(runIdOf(session.id, 1))).status?.end).toBeTruthy());
  await eventually(async () => expect(await ports.leftovers.withProcesses()).toEqual([]));
});
