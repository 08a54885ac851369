import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { runId, runIdOf, type RunId } from '../../src/domain/ids.ts';
import { identityOf, livenessOf } from '../../src/lib/process-table.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { claimLock } from '../../src/runs/run-directory/host-lock.ts';
import { freeLeftovers, nothingFreed } from '../../src/work/free-leftovers.ts';
import { eventually, openWorld, type World } from '../ports.ts';
import { asked, granted, launched } from '../sessions.ts';

const GRACE_MS = 60_000; // longer than a host may take to end
const DAY_MS = 24 * 3_600_000;

/** A process that plays the host of a run, as the process table shows one, and one of its agent. */
async function playHost({ home }: World, id: RunId) {
  const directory = runDirectoryOf(home, id);
  mkdirSync(directory.path, { recursive: true });
  const start = (args: readonly string[], env: Record<string, string>) => {
    const child = spawn('sleep', ['600'], { argv0: ['reeve-run.js', ...args].join(' '), env });
    onTestFinished(() => void child.kill('SIGKILL'));
    return identityOf(child.pid!);
  };
  const host = (await start([directory.path], {}))!;
  const agent = (await start([], { REEVE_OUTPUT: directory.output }))!;
  await claimLock(directory, host);
  return async () => [await livenessOf(host), await livenessOf(agent)];
}

test('what lives of a run that no session waits for is ended, and nothing else', async () => {
  const world = await openWorld();
  const { ports, time, session, tell, home } = world;
  const { id } = await session(granted, launched(), asked('Which?', ['This', 'That']));
  const answer = { text: 'a', option: 0, by: world.mona, at: time.now };
  await tell(id, { kind: 'answered', number: 1, answer }, granted, launched(2));
  const current = await playHost(world, runIdOf(id, 2));
  const leaked = [await playHost(world, runIdOf(id, 1)), await playHost(world, runId('9-9-1-r1'))];
  const free = () => freeLeftovers(ports, nothingFreed, new AbortController().signal);
  await free(); // asks
  time.now += GRACE_MS;
  await eventually(async () => {
    await free();
    expect(await Promise.all(leaked.map((look) => look()))).toEqual([
      ['dead', 'dead'],
      ['dead', 'dead'],
    ]);
  });
  expect(await current()).toEqual(['alive', 'alive']);
  expect(existsSync(runDirectoryOf(home, runIdOf(id, 2)).stop)).toBe(false);
});

test('a process that names a run which is yet to begin does not have it stopped', async () => {
  const world = await openWorld();
  const { ports, session, home } = world;
  const { id } = await session(granted, launched());
  const named = [runIdOf(id, 2), runId('9-9-1-r1')].map((one) => runDirectoryOf(home, one).path);
  const text = named.map((path) => `${path}/`).join(' ');
  const child = spawn('sleep', ['600'], { argv0: text, env: { REEVE_OUTPUT: text } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await freeLeftovers(ports, nothingFreed, new AbortController().signal);
  expect(named.map((path) => existsSync(path))).toEqual([false, false]);
});

test('directories of runs that no session has go when they are a day old, and no link is followed', async () => {
  const world = await openWorld();
  const { ports, time, session, home } = world;
  const { id } = await session(granted, launched());
  const root = join(home, 'runs');
  const outside = join(world.directory, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'kept'), '');
  const make = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const old = make('9-9-1-r1');
  symlinkSync(outside, join(old, 'link'));
  const [ours, strange] = [make(runIdOf(id, 1)), make('not a run')];
  for (const path of [old, ours, strange]) utimesSync(path, new Date(0), new Date(0));
  const young = make('9-9-2-r1');
  time.now = Date.now();
  const left = () => [old, ours, strange, young].map((path) => existsSync(path));
  await freeLeftovers(ports, nothingFreed, new AbortController().signal);
  expect(left()).toEqual([false, true, true, true]);
  expect(existsSync(join(outside, 'kept'))).toBe(true);
  time.now += DAY_MS + GRACE_MS;
  await freeLeftovers(ports, nothingFreed, new AbortController().signal);
  expect(left()).toEqual([false, true, true, false]);
});
