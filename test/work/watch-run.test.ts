import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';

import { HEARTBEAT_MS_MAX } from '../../src/domain/run/judge.ts';
import { identityOf, livenessOf } from '../../src/lib/process-table.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { claimLock } from '../../src/runs/run-directory/host-lock.ts';
import { writeStatus } from '../../src/runs/run-directory/status.ts';
import { isStopRequested } from '../../src/runs/run-directory/stop-file.ts';
import type { Ports } from '../../src/work/ports.ts';
import { watchRun } from '../../src/work/watch-run.ts';
import { eventually, openWorld } from '../ports.ts';
import { granted, launched } from '../sessions.ts';

const GRACE_MS = 60_000; // longer than a host may take to end

/** A session at work, and a process that plays the host of its run. Its last heartbeat is too long ago. */
async function silent() {
  const world = await openWorld();
  const { ports, time } = world;
  const session = await world.session(granted, launched());
  if (session.state !== 'working') throw new Error(`It is ${session.state}.`);
  const { runId, spend } = session;
  const directory = runDirectoryOf(world.home, runId);
  mkdirSync(directory.path, { recursive: true });
  const child = spawn('sleep', ['600']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const host = (await identityOf(child.pid!))!;
  const startedAt = time.now;
  const beats = () =>
    writeStatus(directory, {
      ...{ runId, state: 'running', host, agent: null, startedAt, heartbeatAt: time.now, outputAt: startedAt },
      ...{ outputBytes: 0, spend, memoryMiB: null, processes: null, diskMiB: null, end: null },
    });
  await claimLock(directory, host);
  await beats();
  time.now += HEARTBEAT_MS_MAX;
  return {
    ...{ ...world, host, beats },
    watch: (through: Ports = ports) => watchRun(through, session, 1),
    isStopRequested: () => isStopRequested(directory),
    stored: () => world.stored(session.id),
  };
}

test('a run whose host is stuck is stopped, and once nothing of it is left it is lost', async () => {
  const { time, host, watch, isStopRequested, stored } = await silent();
  await watch();
  expect(await isStopRequested()).toBe(true);
  expect(await livenessOf(host)).toBe('alive');
  expect(await stored()).toMatchObject({ state: 'working' });
  time.now += GRACE_MS;
  await eventually(async () => {
    await watch();
    expect(await stored()).toMatchObject({ state: 'retrying', runs: [{ end: { reason: 'lost' } }] });
  });
  expect(await livenessOf(host)).toBe('dead');
  // The kernel may take a moment to end it, and then it is the next look that finds it gone.
  const evidence = '(gave no sign of life for 360 s\\.|is gone and left no end; .*)';
  const detail = expect.stringMatching(`^Its run host \\(pid ${host.pid}\\) ${evidence}$`) as string;
  expect(await stored()).toMatchObject({ detail });
});

test('a run whose host goes on after a sleep of the whole machine is left alone', async () => {
  const { ports, host, beats, watch, isStopRequested, stored } = await silent();
  const observe: Ports['runs']['observe'] = async (runId) => {
    const facts = await ports.runs.observe(runId);
    await beats(); // the host is a moment later than the first look at it
    return facts;
  };
  await watch({ ...ports, runs: { ...ports.runs, observe } });
  expect(await isStopRequested()).toBe(false);
  expect(await livenessOf(host)).toBe('alive');
  expect(await stored()).toMatchObject({ state: 'working' });
});
