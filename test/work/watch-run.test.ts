import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { runIdOf, sessionIdOf } from '../../src/domain/ids.ts';
import { HEARTBEAT_MS_MAX } from '../../src/domain/run/judge.ts';
import type { ProcessIdentity, RunStatus } from '../../src/domain/run/run.ts';
import { FINISHING_MS } from '../../src/domain/run/signs.ts';
import { LOOK_GAP_MS_MIN } from '../../src/domain/run/suspicion.ts';
import { openSession } from '../../src/domain/session/open.ts';
import type { Session } from '../../src/domain/session/session.ts';
import { LeaseLostError } from '../../src/lib/errors.ts';
import { identityOf, livenessOf } from '../../src/lib/process-table.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { claimLock } from '../../src/runs/run-directory/host-lock.ts';
import { writeStatus } from '../../src/runs/run-directory/status.ts';
import { isStopRequested } from '../../src/runs/run-directory/stop-file.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Ports } from '../../src/work/ports.ts';
import { runWarnings } from '../../src/work/run-warnings.ts';
import { watchRun } from '../../src/work/watch-run.ts';
import { eventually, openWorld, type World } from '../ports.ts';
import { granted, launched } from '../sessions.ts';

const GRACE_MS = 60_000; // longer than a host may take to end
const gone = { pid: 4_194_305, startTime: '1', bootId: 'b' }; // beyond what a kernel gives

type Options = {
  readonly issue?: number;
  /** Null plays a host that has died; else a process is started that plays it, under this identity. */
  readonly identity?: (real: ProcessIdentity) => ProcessIdentity;
};

/** A session at work in a world, and what plays the host of its run. */
async function play(world: World, { issue = 1, identity = (real) => real }: Options = {}) {
  const { store, time, repository, tell, home } = world;
  const id = sessionIdOf(repository.id, issue, 1);
  await store.sessions.open({ repositoryId: repository.id, issueNumber: issue }, `label:${issue}`, () => ({
    ...openSession({
      ...{ id, repositoryId: repository.id, issueNumber: issue, title: 'Owls', previousId: null },
      ...{ requestedBy: world.mona, conversationId: randomUUID(), at: time.now },
    }),
    effects: [],
  }));
  await tell(id, granted, launched());
  const runId = runIdOf(id, 1);
  const directory = runDirectoryOf(home, runId);
  mkdirSync(directory.path, { recursive: true });
  const child = spawn('sleep', ['600']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const real = (await identityOf(child.pid!))!;
  const host = identity(real);
  const spend = { agentMs: 0, costMicroUsd: null, tokens: null };
  const startedAt = time.now;
  const beats = (changes: Partial<RunStatus> = {}) =>
    writeStatus(directory, {
      ...{ runId, state: 'running', host, agent: null, startedAt, heartbeatAt: time.now, outputAt: startedAt },
      ...{ outputBytes: 0, spend, mark: null, memoryMiB: null, processes: null, diskMiB: null, end: null },
      ...changes,
    });
  await claimLock(directory, host);
  await beats();
  const stored = () => world.stored(id);
  const watch = async (through: Ports = world.ports): Promise<Session> => {
    const session = await stored();
    if (session.state === 'working') await watchRun(through, session);
    return stored();
  };
  /** Looks until something follows, with the least time between two looks that count. */
  const looks = async (count: number, through?: Ports): Promise<Session> => {
    for (let look = 0; look < count; look += 1) {
      time.now += LOOK_GAP_MS_MIN;
      await watch(through);
    }
    return stored();
  };
  const judgements = async () => (await store.judgements.ofSession(id, 9)).map(({ kind }) => kind);
  return {
    ...{ id, runId, host, real, beats, watch, looks, stored, judgements },
    suspicion: () => store.judgements.suspicion(id),
    isStopRequested: () => isStopRequested(directory),
    end: () => child.kill('SIGKILL'),
  };
}

test('a run whose host is stuck is stopped after three looks, and once nothing of it is left it is lost', async () => {
  const world = await openWorld();
  const { host, watch, looks, isStopRequested, judgements, suspicion } = await play(world);
  world.time.now += HEARTBEAT_MS_MAX;
  await looks(2);
  expect(await isStopRequested()).toBe(false);
  expect(await suspicion()).toMatchObject({ sign: 'silent', looks: 2, isBelieved: false });
  expect(await looks(1)).toMatchObject({ state: 'working' });
  expect(await isStopRequested()).toBe(true);
  expect(await livenessOf(host)).toBe('alive');
  world.time.now += GRACE_MS;
  const detail = `Its run host (pid ${host.pid}) gave no sign of life for 306 s.`;
  await eventually(async () => {
    expect(await watch()).toMatchObject({ state: 'retrying', detail, runs: [{ end: { reason: 'lost' } }] });
  });
  expect(await livenessOf(host)).toBe('dead');
  expect([await judgements(), await suspicion()]).toEqual([['suspected', 'lost'], null]);
});

test('a run whose host goes on after a sleep of the whole machine is left alone', async () => {
  const world = await openWorld();
  const { host, beats, looks, isStopRequested, judgements } = await play(world);
  world.time.now += HEARTBEAT_MS_MAX;
  await looks(2);
  await beats();
  expect(await looks(3)).toMatchObject({ state: 'working' });
  expect(await isStopRequested()).toBe(false);
  expect(await livenessOf(host)).toBe('alive');
  expect(await judgements()).toEqual(['suspected', 'recovered']);
});

test('that the agent has ended and its host not yet is told only once that lasts longer than finishing does', async () => {
  const world = await openWorld();
  const { real, beats, watch, looks, judgements, suspicion } = await play(world);
  const withoutAgent = () => beats({ agent: { ...gone, bootId: real.bootId, pgid: gone.pid } });
  await withoutAgent();
  await looks(3);
  expect([await judgements(), (await suspicion())?.sign]).toEqual([[], 'agent-gone']);
  await beats();
  await watch();
  expect([await judgements(), await suspicion()]).toEqual([[], null]);
  await withoutAgent();
  await looks(1);
  world.time.now += FINISHING_MS;
  await withoutAgent();
  await looks(2);
  expect(await judgements()).toEqual(['suspected']);
  await beats();
  await watch();
  expect(await judgements()).toEqual(['suspected', 'recovered']);
});

test('looks in quick succession count as one, and a restart neither forgets nor repeats them', async () => {
  const world = await openWorld();
  const { end, host, watch, looks, suspicion } = await play(world);
  end();
  await eventually(async () => expect(await livenessOf(host)).toBe('dead'));
  for (let look = 0; look < 9; look += 1) await watch();
  expect(await suspicion()).toMatchObject({ sign: 'host-gone', looks: 1 });
  await looks(1);
  const next = openSqliteStore({ path: join(world.home, 'reeve.db'), claim: { release: () => {} } });
  onTestFinished(() => next.close());
  const restarted: Ports = { ...world.ports, store: next, mayWrite: async () => {} };
  world.time.now += LOOK_GAP_MS_MIN;
  await expect(watch()).rejects.toThrow(LeaseLostError); // whoever lost the lease judges nothing
  expect(await watch(restarted)).toMatchObject({ state: 'retrying', mishaps: 1 });
});

test('a pid that somebody else has by now is not the host, and is not ended', async () => {
  const world = await openWorld();
  const { real, looks } = await play(world, { identity: (own) => ({ ...own, startTime: '1' }) });
  expect(await looks(3)).toMatchObject({ state: 'retrying', detail: expect.stringContaining('is gone') as string });
  expect(await livenessOf(real)).toBe('alive');
});

test('an end that the host writes while it is being stopped is what counts', async () => {
  const world = await openWorld();
  const { end, host, beats, looks } = await play(world);
  end();
  await eventually(async () => expect(await livenessOf(host)).toBe('dead'));
  const stop: Ports['runs']['stop'] = async (...of) => {
    const written = { reason: 'finished', exitCode: 0, signal: null, detail: '', endedAt: world.time.now } as const;
    await beats({ state: 'ended', end: written });
    return world.ports.runs.stop(...of);
  };
  const through = { ...world.ports, runs: { ...world.ports.runs, stop } };
  expect(await looks(3, through)).toMatchObject({ state: 'publishing' });
});

test('a host that wakes up and obeys the stop of a run that was judged lost does not make it a failure of the agent', async () => {
  const world = await openWorld();
  const { beats, looks, isStopRequested, watch, end } = await play(world);
  world.time.now += HEARTBEAT_MS_MAX;
  await looks(3);
  expect(await isStopRequested()).toBe(true);
  end();
  const stopped = { reason: 'stopped', exitCode: null, signal: null, detail: '', endedAt: world.time.now } as const;
  await beats({ state: 'ended', end: stopped });
  expect(await watch()).toMatchObject({ state: 'retrying', runs: [{ end: { reason: 'lost' } }] });
});

/** Six sessions at work whose hosts have all died in the same moment, unless they are `alive`. */
async function massDeath({ alive = 0, bootId }: { readonly alive?: number; readonly bootId: string }) {
  const world = await openWorld();
  const { bootId: ours } = (await identityOf(process.pid))!;
  const runs: Awaited<ReturnType<typeof play>>[] = [];
  for (let issue = 1; issue <= 6; issue += 1) {
    const isAlive = issue > 6 - alive;
    const identity = isAlive ? undefined : () => ({ ...gone, bootId: bootId === 'ours' ? ours : bootId });
    runs.push(await play(world, identity ? { issue, identity } : { issue }));
  }
  const errors: unknown[] = [];
  const log = { ...world.ports.log, error: (...of: unknown[]) => void errors.push(of) } as Ports['log'];
  const ports: Ports = { ...world.ports, log };
  const lookAtAll = async (count: number) => {
    for (let look = 0; look < count; look += 1) {
      world.time.now += LOOK_GAP_MS_MIN;
      await Promise.all(runs.map(({ watch }) => watch(ports)));
    }
    return Promise.all(runs.map(async ({ stored }) => (await stored()).state));
  };
  const count = (states: readonly string[], state: string): number => states.filter((one) => one === state).length;
  return { world, runs, errors, ports, lookAtAll, count, warnings: () => runWarnings(world.store, world.time.now) };
}

test('all runs look dead at once: none is ended, it is said once, and after five minutes each is judged as it looks', async () => {
  const { world, runs, errors, lookAtAll, count, warnings } = await massDeath({ bootId: 'ours' });
  expect(count(await lookAtAll(9), 'working')).toBe(6);
  expect(errors).toHaveLength(1);
  expect(await warnings()).toEqual([expect.stringContaining('6 runs look dead at once')]);
  expect(await runs[0]!.judgements()).toEqual(['suspected', 'spared']);
  await runs[5]!.beats(); // it was not dead after all
  world.time.now += 5 * 60_000;
  expect(await warnings()).toEqual([]);
  const states = await lookAtAll(2);
  expect([count(states, 'retrying'), states[5]]).toEqual([5, 'working']);
  expect(errors).toHaveLength(1);
});

test('half of the runs are no mass: they are lost after three looks', async () => {
  const { errors, lookAtAll, count } = await massDeath({ alive: 2, bootId: 'ours' });
  expect(count(await lookAtAll(3), 'retrying')).toBe(4);
  expect(errors).toEqual([]);
});

test('those that nobody has looked at yet are looked at before the first is ended', async () => {
  const { runs, ports, lookAtAll, count } = await massDeath({ bootId: 'ours' });
  expect(await runs[0]!.looks(3, ports)).toMatchObject({ state: 'working' });
  expect(count(await lookAtAll(3), 'working')).toBe(6);
});

test('after a reboot all of them are over, and none of them is spared', async () => {
  const { errors, runs, lookAtAll, count } = await massDeath({ bootId: 'the boot before' });
  expect(count(await lookAtAll(3), 'retrying')).toBe(6);
  expect(errors).toEqual([]);
  expect(await runs[0]!.stored()).toMatchObject({
    detail: expect.stringContaining('which was started anew') as string,
  });
});
