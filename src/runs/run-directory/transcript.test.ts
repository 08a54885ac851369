import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';

import { runDirectoryAt, type RunDirectory } from '../run-directory.ts';
import { readTranscript, transcriptHeader } from './transcript.ts';

const root = mkdtempSync(join(tmpdir(), 'reeve-transcript-reader-'));
afterAll(() => rmSync(root, { recursive: true }));
let directory: RunDirectory;
beforeEach(() => {
  directory = runDirectoryAt(mkdtempSync(join(root, 'run-')));
});
const read = async (from: number, maxBytes = 100) => {
  const part = await readTranscript(directory, { from, maxBytes });
  return [part.from, part.bytes.toString(), part.next, part.droppedBefore];
};

test('nothing while there is nothing', async () => {
  expect(await read(0)).toEqual([0, '', 0, 0]);
  expect(await read(7)).toEqual([0, '', 0, 0]);
});

test('one part: from any byte, in pieces, and nothing at its end', async () => {
  writeFileSync(directory.transcript, 'one\ntwo\n');
  expect(await read(0)).toEqual([0, 'one\ntwo\n', 8, 0]);
  expect(await read(0, 3)).toEqual([0, 'one', 3, 0]);
  expect(await read(4)).toEqual([4, 'two\n', 8, 0]);
  expect(await read(8)).toEqual([8, '', 8, 0]);
  expect(await read(99)).toEqual([8, '', 8, 0]);
});

test('a later part goes on counting, and what was dropped is told', async () => {
  writeFileSync(directory.transcriptBefore, `${transcriptHeader(100)}abc\n`);
  writeFileSync(directory.transcript, `${transcriptHeader(104)}def\n`);
  expect(await read(0)).toEqual([100, 'abc\n', 104, 100]);
  expect(await read(102)).toEqual([102, 'c\n', 104, 100]);
  expect(await read(104)).toEqual([104, 'def\n', 108, 100]);
  expect(await read(108)).toEqual([108, '', 108, 100]);
});

test('a part that does not reach the next one is left out, as if it were dropped', async () => {
  writeFileSync(directory.transcriptBefore, 'stranger');
  writeFileSync(directory.transcript, `${transcriptHeader(104)}def\n`);
  expect(await read(0)).toEqual([104, 'def\n', 108, 104]);
});

test('what is no regular file is refused', async () => {
  symlinkSync('/etc/passwd', directory.transcript);
  await expect(read(0)).rejects.toThrow('ELOOP');
});
