import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';

import { runId, runIdOf, sessionId } from '../../src/domain/ids.ts';
import { exampleRequest } from '../../src/domain/run/example-request.ts';
import { sandboxAlone } from '../../src/domain/run/permission.ts';
import { identityOf } from '../../src/lib/process-table.ts';
import { cleanup, restore, verify } from '../../src/operator.ts';
import { renderCleanup } from '../../src/render/cleanup.ts';
import { renderRestored } from '../../src/render/restored.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { claimLock } from '../../src/runs/run-directory/host-lock.ts';
import { writeRequest } from '../../src/runs/run-directory/request.ts';
import { cleanUpAfter, cleanUpWorkspaces } from '../../src/work/cleanup-workspaces.ts';
import { cleanUpLeftovers, neverCleaned } from '../../src/work/cleanup-leftovers.ts';
import { openWork } from '../../src/work/open-work.ts';
import { freeLeftovers, nothingFreed } from '../../src/work/free-leftovers.ts';
import { settleSession } from '../../src/work/settle-session.ts';
import { openWorld, REPO } from '../ports.ts';
import { commit, git } from '../repositories.ts';
import { broke, granted, launched } from '../sessions.ts';

const environment = { PATH: process.env['PATH'] ?? '' };
const HOUR_MS = 3_600_000;
const DAYS_2_S = 2 * 86_400;

/** A failed session that is settled, and its workspace, which was left. */
async function left() {
  const world = await openWorld();
  const { ports, home } = world;
  const failed = await world.session(granted, launched(), broke('timed-out', 'It took too long.'));
  const session = await world.tell(failed.id, { kind: 'settled' });
  const repo = await world.workspace(session);
  const path = ports.workspaces.pathOf(session.id);
  const own = { homePath: home, environment };
  const outcomes = async (isDryRun = false) => {
    const report = await cleanup(own, isDryRun, ports.now);
    return report.workspaces.map(({ name, act, outcome, reasons }) => ({
      name,
      act,
      outcome,
      reasons: reasons.join(' '),
    }));
  };
  const restoreIt = () => restore(own, session.id, ports.now);
  return { ...world, session, repo, path, own, outcomes, restoreIt };
}

test('a dry run says what would be done and does nothing; then that is done, counted, and comes back', async () => {
  const { session, repo, path, own, outcomes, restoreIt, ports, home } = await left();
  const head = commit(repo, { 'b.txt': 'b' });
  appendFileSync(join(repo, 'README.md'), 'not committed\n');
  const plan = {
    name: session.id,
    act: 'preserve-and-remove',
    reasons: 'Its session is failed. It holds commits that were not pushed.',
  };
  expect(await outcomes(true)).toEqual([{ ...plan, outcome: null }]);
  expect(renderCleanup(await cleanup(own, true, ports.now))).toBe(
    `${session.id}: would keep the work of, and remove. Its session is failed. It holds commits that were not pushed.\n1 would be removed, 0 would stay. Nothing was done.\n`,
  );
  expect(readFileSync(join(repo, 'README.md'), 'utf8')).toContain('not committed');
  const report = await cleanup(own, false, ports.now);
  expect(report.counts).toEqual({ removed: 0, 'preserved-and-removed': 1, kept: 0, missing: 0, failed: 0 });
  expect(renderCleanup(report)).toMatch(/^1 removed \(of 1 the work was kept first/m);
  expect(existsSync(path)).toBe(false);

  const restored = await restoreIt();
  expect(restored).toEqual({ outcome: 'restored', path: repo, branch: session.branch, hasUncommitted: true });
  expect(renderRestored(restored)).toContain(repo);
  expect(git(repo, ['rev-parse', session.branch])).toBe(head);
  expect(git(repo, ['status', '--porcelain'])).toBe(' M README.md');
  expect(await restoreIt()).toMatchObject({ outcome: 'already-there' });
  expect(await outcomes()).toMatchObject([
    { act: 'keep', outcome: 'kept', reasons: expect.stringContaining('locked') as string },
  ]);
  expect((await verify(home)).problems).toEqual([]); // locked: it is known
  rmSync(join(path, 'locked'));
  expect(await outcomes()).toMatchObject([{ act: 'remove', outcome: 'removed' }]); // all of it is kept already
  expect(await outcomes()).toEqual([]);
});

test('what is missing, a link, no workspace, unreadable or of nobody is not touched, and not counted as removed', async () => {
  const { session, repo, path, own, ports, directory } = await left();
  const root = join(path, '..');
  const outside = join(directory, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'kept'), '');
  symlinkSync(outside, join(root, '9-9-9'));
  writeFileSync(join(root, 'note.txt'), '');
  mkdirSync(join(root, '8-1-1'));
  mkdirSync(join(root, '8-2-1/repo'), { recursive: true });
  const now = ports.now() / 1000;
  utimesSync(join(root, '8-2-1'), now - DAYS_2_S, now - DAYS_2_S);
  rmSync(join(repo, '.git/refs/heads'), { recursive: true });
  const report = await cleanup(own, false, ports.now);
  expect(
    Object.fromEntries(report.workspaces.map(({ name, outcome, reasons }) => [name, [outcome, ...reasons]])),
  ).toEqual({
    [session.id]: ['kept', expect.stringContaining('holds no commit')],
    '8-1-1': ['kept', expect.stringContaining('changed within a day')],
    '8-2-1': ['kept', expect.stringContaining('no copy of the repository 8')],
    '9-9-9': ['kept', expect.stringContaining('link')],
    'note.txt': ['kept', expect.stringContaining('no workspace')],
  });
  expect(report.counts).toMatchObject({ removed: 0, 'preserved-and-removed': 0, kept: 5 });
  expect(existsSync(join(outside, 'kept'))).toBe(true);
});

test('one that a live run of another session works in is not touched', async () => {
  const { home, path, outcomes, session, ports } = await left();
  const run = runDirectoryOf(home, runId('9-9-9-r1'));
  mkdirSync(run.path, { recursive: true });
  const { sandbox, limits } = ports.settings;
  const { agent } = exampleRequest;
  const request = {
    ...{ runId: runId('9-9-9-r1'), sessionId: sessionId('9-9-9'), attempt: 1, createdAt: 1, agent, sandbox, limits },
    ...{
      conversationId: 'one',
      isResume: false,
      mark: null,
      permissions: sandboxAlone,
      access: null,
      workspacePath: path,
      network: 'open' as const,
      hiddenPaths: [],
      readablePaths: [],
    },
    ...{ environment: {}, prompt: 'Work', commit: { name: 'a', email: 'a@example.org', message: 'x' } },
  };
  await writeRequest(run, request, Buffer.alloc(32));
  await claimLock(run, (await identityOf(process.pid))!);
  expect(await outcomes()).toEqual([
    { name: session.id, act: 'keep', outcome: 'kept', reasons: 'The run 9-9-9-r1 works in it.' },
  ]);
  expect(existsSync(join(path, 'repo'))).toBe(true);
});

test('one whose run host has started and claimed nothing yet is not touched', async () => {
  const { home, session, outcomes } = await left();
  const run = runDirectoryOf(home, runIdOf(session.id, 2));
  mkdirSync(run.path, { recursive: true });
  const host = spawn('sh', ['-c', 'echo started; sleep 600', 'reeve-run', run.path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void host.kill('SIGKILL'));
  await once(host.stdout, 'data');
  expect(await outcomes(true)).toMatchObject([{ act: 'keep', reasons: `The run ${session.id}-r2 works in it.` }]);
  host.kill('SIGKILL');
  await once(host, 'exit');
  expect(await outcomes(true)).toMatchObject([{ act: 'remove' }]);
});

test('the server leaves what is locked, also while the disk is short, and says what it could not do', async () => {
  const world = await openWorld();
  const { ports } = world;
  const session = await world.session(granted, launched(), broke('timed-out', 'It took too long.'));
  const repo = await world.workspace(session);
  await ports.workspaces.lock(session.id, 'mine');
  await settleSession(ports, session);
  const settled = await world.stored(session.id);
  expect(settled.isSettled).toBe(true);
  expect(existsSync(repo)).toBe(true);

  rmSync(join(repo, '../locked'));
  writeFileSync(join(repo, 'new.txt'), 'new');
  const clean = (isDiskShort: boolean) => cleanUpWorkspaces(ports, { asker: 'clean-up', isDiskShort, isDryRun: false });
  expect((await clean(true)).counts).toMatchObject({ removed: 0, kept: 1 });
  const inTheWay = join(world.home, `mirrors/${session.repositoryId}.git/refs/reeve/preserved/${session.id}`);
  mkdirSync(inTheWay, { recursive: true });
  writeFileSync(join(inTheWay, 'x.lock'), '');
  const failed = await clean(false);
  expect(failed.counts).toEqual({ removed: 0, 'preserved-and-removed': 0, kept: 0, missing: 0, failed: 1 });
  expect(failed.workspaces[0]?.reasons.at(-1)).toContain('cannot lock ref');
  rmSync(inTheWay, { recursive: true });
  rmSync(join(repo, 'new.txt'));
  const short = { ...ports, isDiskShort: async () => true };
  const passed = ports.now();
  expect(await cleanUpLeftovers(ports, passed - HOUR_MS + 1)).toBe(passed - HOUR_MS + 1); // not yet
  expect(existsSync(repo)).toBe(true);
  expect(await cleanUpLeftovers(short, passed - HOUR_MS + 1)).toBe(passed);
  expect(existsSync(repo)).toBe(false);
  await cleanUpAfter(ports, settled); // nothing is there any more
});

test('only what has ended comes back, and only what was kept', async () => {
  const { home, ports, restoreIt, path } = await left();
  rmSync(path, { recursive: true });
  await expect(restoreIt()).rejects.toMatchObject({ code: 'not-found' });
  await expect(restore({ homePath: home, environment }, '1-2-3', ports.now)).rejects.toMatchObject({
    code: 'session-not-found',
  });
  const other = await openWorld();
  const working = await other.session(granted, launched());
  const own = { homePath: other.home, environment };
  for (const name of [working.id, `${REPO}#1`]) {
    await expect(restore(own, name, ports.now)).rejects.toMatchObject({ code: 'session-at-work' });
  }
});

test('the workspace and the processes of a session that cannot be read are left alone, and hold up no other', async () => {
  const { session: first, outcomes, home, workspace, ports, ...world } = await left();
  const where = { repositoryId: world.repository.id, issueNumber: 2, title: 'Larks', by: world.mona, cause: 'label:2' };
  const { session: other } = await openWork(ports, where);
  const events = [granted, launched(), broke('timed-out', 'It took too long.'), { kind: 'settled' }] as const;
  await workspace(await world.tell(other.id, ...events));
  const db = new Database(join(home, 'reeve.db'));
  db.prepare(`update sessions set body = json_set(body, '$.later', 1) where id = ?`).run(first.id);
  db.close();
  const directory = runDirectoryOf(home, runIdOf(first.id, 1)).path;
  mkdirSync(directory, { recursive: true });
  utimesSync(directory, 0, 0);
  const orphan = runDirectoryOf(home, runId('9-9-1-r1')).path;
  mkdirSync(orphan);
  utimesSync(orphan, 0, 0);
  expect(await outcomes()).toMatchObject([
    { name: first.id, act: 'keep', outcome: 'failed', reasons: expect.stringContaining('cannot read') as string },
    { name: other.id, outcome: 'removed' },
  ]);
  await freeLeftovers(ports, nothingFreed, new AbortController().signal);
  expect([directory, orphan].map((path) => existsSync(path))).toEqual([true, false]);
});

test('what setups made goes when nobody needs it, and is told in numbers', async () => {
  const { home, ports, own } = await left();
  const root = join(home, 'cache/setup/7');
  const make = (digit: string, madeAt: number): void => {
    const path = join(root, digit.repeat(64));
    mkdirSync(join(path, '0/packages'), { recursive: true });
    writeFileSync(join(path, 'entry.json'), JSON.stringify({ madeAt, commit: 'c', mib: 30, paths: [] }));
  };
  make('a', ports.now());
  make('b', ports.now() - 15 * 24 * HOUR_MS);
  const setups = async (isDryRun: boolean) => (await cleanup(own, isDryRun, ports.now)).setups;
  expect(await setups(true)).toEqual({ removed: 1, removedMib: 30, kept: 1, failed: 0 });
  expect(await setups(false)).toEqual({ removed: 1, removedMib: 30, kept: 1, failed: 0 });
  expect(readdirSync(root)).toEqual(['a'.repeat(64)]);
  make('c', ports.now() - 15 * 24 * HOUR_MS);
  await cleanUpLeftovers(ports, neverCleaned);
  expect(readdirSync(root)).toEqual(['a'.repeat(64)]);
});
