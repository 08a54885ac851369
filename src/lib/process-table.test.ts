import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import { endProcesses } from './end-processes.ts';
import {
  descendantsOf,
  identityOf,
  livenessOf,
  processesInGroup,
  processesWithVariable,
  signalProcess,
} from './process-table.ts';

const marker = `test-${process.pid}`;

async function started(script: string, name = marker): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn('sh', ['-c', `echo ready; ${script}`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], REEVE_TEST_MARK: name },
  });
  onTestFinished(() => endProcesses(() => processesWithVariable('REEVE_TEST_MARK', name)).then(() => {}));
  await once(child.stdout, 'data');
  return Object.assign(child, { pid: child.pid! });
}

async function eventually<Value>(look: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
  for (let tries = 0; ; tries += 1) {
    const value = await look();
    if (holds(value) || tries === 200) return value;
    await delay(20);
  }
}

test('a process is known by more than its pid', async () => {
  const child = await started('sleep 30');
  const identity = (await identityOf(child.pid))!;
  expect(identity.pid).toBe(child.pid);
  expect(await livenessOf(identity)).toBe('alive');
  expect(await livenessOf({ ...identity, startTime: '1' })).toBe('dead');
  expect(await livenessOf({ ...identity, bootId: 'before the restart' })).toBe('dead');
  expect(await signalProcess({ ...identity, startTime: '1' }, 'SIGKILL')).toBe(false);
  expect(await livenessOf(identity)).toBe('alive');

  expect(await signalProcess(identity, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(await livenessOf(identity)).toBe('dead');
  expect(await identityOf(child.pid)).toBeNull();
  expect(await signalProcess(identity, 'SIGKILL')).toBe(false);
});

test('a zombie has ended', async () => {
  const parent = await started('sleep 0 & exec sleep 30'); // sleep never waits for the child it inherited
  const all = await eventually(
    () => descendantsOf(parent.pid),
    (generations) => generations.length === 0,
  );
  expect(all).toEqual([]);
});

test('finds a family by generation, by group and by name', async () => {
  const name = `${marker}-family`;
  const parent = await started('(sleep 30 & setsid sleep 30 & wait) & wait', name);
  const generations = await eventually(
    () => descendantsOf(parent.pid),
    (found) => found.length === 2 && found[1]!.length === 2,
  );
  expect(generations.map((generation) => generation.length)).toEqual([1, 2]);
  const group = await eventually(
    () => processesInGroup(parent.pid),
    (found) => found.length === 3, // setsid makes its own, a moment after it started
  );
  expect(group).toHaveLength(3);
  expect(await processesWithVariable('REEVE_TEST_MARK', name)).toHaveLength(4);
  expect(await processesWithVariable('REEVE_TEST_MARK', `${name}-other`)).toEqual([]);
});

test('ends those that ignore signals and those that fork while they are hunted', async () => {
  const name = `${marker}-stubborn`;
  await started('trap "" TERM; while :; do setsid sleep 5 & sleep 0.01; done', name);
  const find = () => processesWithVariable('REEVE_TEST_MARK', name);
  expect((await find()).length).toBeGreaterThan(0);
  expect(await endProcesses(find)).toEqual([]);
  expect(await find()).toEqual([]);
});
