import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { runId } from '../domain/ids.ts';
import { observeRun } from './observe.ts';
import { runDirectoryOf } from './run-directory.ts';

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

test.each(['../../etc', 'a/b', '', '.', 'a b'])('an id that is not a plain name is refused: %j', (name) => {
  expect(() => runDirectoryOf('/home', runId(name))).toThrow(/Not an id/);
});
