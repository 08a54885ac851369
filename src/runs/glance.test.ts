import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { runId } from '../domain/ids.ts';
import { spendOf } from '../domain/run/report.ts';
import type { RunStatus } from '../domain/run/run.ts';
import { identityOf } from '../lib/process-table.ts';
import { glanceAt } from './glance.ts';
import { observeRun } from './observe.ts';
import { runDirectoryOf } from './run-directory.ts';
import { claimLock } from './run-directory/host-lock.ts';
import { writeStatus } from './run-directory/status.ts';
import { requestStop } from './run-directory/stop-file.ts';

const id = runId('1-7-1-r1');
const AFTER_MS = 10_000; // long enough for the file system's ticks

/** A run under way with a live host, and a glance at it after a look. */
async function underWay() {
  const home = mkdtempSync(join(tmpdir(), 'reeve-glance-'));
  const agent = spawn('sleep', ['600']);
  onTestFinished(() => {
    agent.kill('SIGKILL');
    rmSync(home, { recursive: true });
  });
  const directory = runDirectoryOf(home, id);
  mkdirSync(directory.path, { recursive: true });
  const host = (await identityOf(process.pid))!;
  const its = (await identityOf(agent.pid!))!;
  const at = Date.now();
  const status: RunStatus = {
    ...{ runId: id, state: 'running', host, agent: { ...its, pgid: its.pid }, startedAt: at, heartbeatAt: at },
    ...{ outputAt: at, outputBytes: 0, spend: spendOf([], 0) },
    ...{ mark: null, memoryMiB: null, processes: null, diskMiB: null, end: null },
  };
  await claimLock(directory, host);
  await writeStatus(directory, status);
  appendFileSync(directory.events, `${JSON.stringify({ at, kind: 'started', pid: its.pid })}\n`);
  let now = at + AFTER_MS;
  const glance = glanceAt(home, id, () => now);
  const facts = await observeRun(home, id);
  return {
    ...{ home, directory, status, agent, facts, at },
    hasNews: () => glance.hasNews(facts),
    later: (ms: number) => {
      now += ms;
    },
  };
}

test('a run that only goes on, and tells what was measured, has no news', async () => {
  const { directory, status, hasNews } = await underWay();
  expect(hasNews()).toBe(false);
  await writeStatus(directory, { ...status, memoryMiB: 100, processes: 3, diskMiB: 7, outputBytes: 10 });
  expect(hasNews()).toBe(false);
  expect(hasNews()).toBe(false);
});

test.each<[string, (run: Awaited<ReturnType<typeof underWay>>) => unknown]>([
  ['the record', ({ directory }) => appendFileSync(directory.events, '{}\n')],
  ['a stop', ({ directory, at }) => requestStop(directory, at)],
  ['another state', ({ directory, status }) => writeStatus(directory, { ...status, state: 'stopping' })],
  [
    'an end',
    ({ directory, status, at }) =>
      writeStatus(directory, {
        ...status,
        end: { reason: 'finished', exitCode: 0, signal: null, detail: '', endedAt: at },
      }),
  ],
  [
    'a status that is none',
    ({ directory }) => {
      writeFileSync(`${directory.status}.new`, '{');
      rmSync(directory.status);
      symlinkSync(`${directory.status}.new`, directory.status);
    },
  ],
  ['a directory that is gone', ({ directory }) => rmSync(directory.path, { recursive: true })],
  [
    'an agent that is gone',
    async ({ agent }) => {
      agent.kill('SIGKILL');
      await once(agent, 'exit');
    },
  ],
  ['a host that tells nothing for long', ({ later }) => later(60_000)],
])('news: %s', async (_, happens) => {
  const run = await underWay();
  expect(run.hasNews()).toBe(false);
  await happens(run);
  expect(run.hasNews()).toBe(true);
});

test('what changed within a tick of the file system may change again unseen, so it is looked at', async () => {
  const { home, directory } = await underWay();
  const second = new Date(1_900_000_000_000);
  utimesSync(directory.path, second, second);
  const facts = await observeRun(home, id);
  const at = (ms: number) => glanceAt(home, id, () => second.getTime() + ms);
  expect([at(500).hasNews(facts), at(2_000).hasNews(facts)]).toEqual([true, false]);
});

test('a run that was not under way when it was looked at is looked at again', async () => {
  const { home, directory, facts } = await underWay();
  rmSync(directory.events);
  expect(glanceAt(home, id, Date.now).hasNews(facts)).toBe(true);
  expect(glanceAt(home, runId('1-8-1-r1'), Date.now).hasNews(facts)).toBe(true);
});
