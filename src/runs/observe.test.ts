import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { runId } from '../domain/ids.ts';
import { spendOf } from '../domain/run/report.ts';
import type { RunStatus } from '../domain/run/run.ts';
import { identityOf } from '../lib/process-table.ts';
import { createObserver, observeRun } from './observe.ts';
import { runDirectoryOf } from './run-directory.ts';
import { claimLock } from './run-directory/host-lock.ts';
import { touchStatus, writeStatus } from './run-directory/status.ts';
import { requestStop } from './run-directory/stop-file.ts';

const id = runId('1-7-1-r1');

function openDirectory() {
  const home = mkdtempSync(join(tmpdir(), 'reeve-observe-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const directory = runDirectoryOf(home, id);
  mkdirSync(directory.path, { recursive: true });
  return { home, directory };
}

test('a run that does not exist has no facts and no problems', async () => {
  expect(await observeRun('/nowhere', id)).toEqual({
    ...{
      request: null,
      lock: null,
      host: null,
      isOtherBoot: false,
      agent: null,
      status: null,
      outputs: [],
      messages: new Map(),
      isStopRequested: false,
      problems: [],
    },
  });
});

test('a directory full of hostile files is a list of problems', async () => {
  const { home, directory } = openDirectory();
  writeFileSync(directory.request, '{"half":');
  symlinkSync('/etc/passwd', directory.status);
  mkdirSync(directory.events);
  writeFileSync(directory.lock, '{"pid":-1}');
  writeFileSync(directory.stop, '');
  expect(await observeRun(home, id)).toEqual({
    ...{
      request: null,
      lock: null,
      host: 'unknown',
      isOtherBoot: false,
      agent: null,
      status: null,
      outputs: [],
      messages: new Map(),
      isStopRequested: true,
    },
    problems: [
      expect.stringMatching(/^host\.lock is not what it should be: pid /),
      'status.json is a symbolic link.',
      'request.json is not JSON.',
      'events.jsonl is not a regular file.',
    ],
  });
});

test('outputs come from the record, up to a line that was torn', async () => {
  const { home, directory } = openDirectory();
  const output = { kind: 'progress', text: 'one' };
  appendFileSync(directory.events, `${JSON.stringify({ at: 1, kind: 'started', pid: 5 })}\n`);
  appendFileSync(directory.events, `${JSON.stringify({ at: 2, kind: 'output', output })}\n{"at":3,"ki`);
  expect(await observeRun(home, id)).toMatchObject({ outputs: [output], problems: [] });
});

test('who looks again sees each change: a beat, a record, an end, a stop', async () => {
  const { home, directory } = openDirectory();
  const host = (await identityOf(process.pid))!;
  const at = Date.now();
  const status: RunStatus = {
    ...{ runId: id, state: 'running', host, agent: null, startedAt: at, heartbeatAt: at, outputAt: at, outputBytes: 0 },
    ...{ spend: spendOf([], 0), mark: null, memoryMiB: null, processes: null, diskMiB: null, end: null },
  };
  const output = { kind: 'progress', text: 'one' };
  await claimLock(directory, host);
  await writeStatus(directory, status);
  appendFileSync(directory.events, `${JSON.stringify({ at, kind: 'started', pid: 5 })}\n`);
  const observe = createObserver(home, () => Date.now() + 60_000); // long after each change, so that it remembers
  expect(await observe(id)).toMatchObject({
    host: 'alive',
    status,
    outputs: [],
    messages: new Map(),
    isStopRequested: false,
  });

  await touchStatus(directory, at + 5000);
  expect(await observe(id)).toMatchObject({ status: { heartbeatAt: at + 5000 } });
  appendFileSync(directory.events, `${JSON.stringify({ at, kind: 'output', output })}\n`);
  expect(await observe(id)).toMatchObject({ outputs: [output] });
  const end = { reason: 'finished', exitCode: 0, signal: null, detail: '', endedAt: at } as const;
  await writeStatus(directory, { ...status, state: 'ended', end });
  expect(await observe(id)).toMatchObject({ status: { state: 'ended', end } });
  await requestStop(directory, at);
  expect(await observe(id)).toMatchObject({ isStopRequested: true });
});

test('what has not changed is not read again', async () => {
  const { home, directory } = openDirectory();
  writeFileSync(directory.request, '{"half":');
  writeFileSync(directory.events, '');
  const observe = createObserver(home, () => Date.now() + 60_000);
  const seen = await observe(id);
  writeFileSync(directory.request, '[]'); // in place, as nobody of ours ever does
  expect(await observe(id)).toEqual(seen);
  expect(await observeRun(home, id)).not.toEqual(seen);
});

test.each(['../../etc', 'a/b', '', '.', 'a b'])('an id that is not a plain name is refused: %j', (name) => {
  expect(() => runDirectoryOf('/home', runId(name))).toThrow(/Not an id/);
});
