import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { createRedactor } from '../lib/redact.ts';
import { runDirectoryAt } from '../runs/run-directory.ts';
import { readTranscript } from '../runs/run-directory/transcript.ts';
import { openTranscript, TRANSCRIPT_PART_BYTES_MAX } from './transcript.ts';

const root = mkdtempSync(join(tmpdir(), 'reeve-transcript-'));
afterAll(() => rmSync(root, { recursive: true }));
const secret = 'canary-0123456789';
let count = 0;

function transcriptOf(...chunks: (string | Buffer)[]) {
  const directory = runDirectoryAt(join(root, String((count += 1))));
  mkdirSync(directory.path);
  const errors: unknown[] = [];
  const transcript = openTranscript(directory, createRedactor([secret]), (error) => errors.push(error));
  for (const chunk of chunks) transcript.append(Buffer.from(chunk));
  transcript.close();
  expect(errors).toEqual([]);
  const path = directory.transcript;
  return { text: readFileSync(path, 'utf8'), lastWords: transcript.lastWords(), path, directory };
}

test('keeps what was printed', () => {
  const { text, lastWords, path } = transcriptOf('one\ntw', 'o\n\n  last  \n\n');
  expect(text).toBe('one\ntwo\n\n  last  \n\n');
  expect(lastWords).toBe('last');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a secret that comes in two pieces is removed', () => {
  expect(transcriptOf('the key is canary-01', '23456789!\n').text).toBe('the key is [redacted]!\n');
});

test('a key block over many lines and pieces is removed', () => {
  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEow', 'secretsecret', '-----END RSA PRIVATE KEY-----'];
  expect(transcriptOf('a\n', ...key.map((line) => `${line}\n`), 'b\n').text).toBe('a\n[redacted]\nb\n');
});

test('a key block that never ends is removed, too', () => {
  expect(transcriptOf('a\n-----BEGIN PRIVATE KEY-----\nMIIEow\n', 'secret\n').text).toBe('a\n[redacted]');
});

test('letters cut in the middle are put together', () => {
  const bytes = Buffer.from('grüße\n');
  expect(transcriptOf(bytes.subarray(0, 3), bytes.subarray(3)).text).toBe('grüße\n');
});

test.each([
  ['colours', '\u001B[31mred\u001B[0m\n', 'red\n'],
  ['titles and clipboards', '\u001B]52;c;ZXZpbA==\u0007x\n', 'x\n'],
  ['lines written over', 'a\rb\r\nc\n', 'a\nb\nc\n'],
  ['other controls', 'a\u0000\u0008\u009Bb\tc\n', 'ab\tc\n'],
])('%s do not reach the reader’s terminal', (_, printed, kept) => {
  expect(transcriptOf(printed).text).toBe(kept);
});

test('of a long one the newest parts are kept, every byte at its offset, and what was dropped is told', async () => {
  const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index} ${'x'.repeat(90)}\n`);
  const whole = Buffer.from(lines.join(''));
  const chunks = Array.from({ length: 60 }, (_, index) => lines.slice(index * 1000, (index + 1) * 1000).join(''));
  const { directory, lastWords } = transcriptOf(...chunks);
  expect(readdirSync(directory.path).sort()).toEqual(['transcript.before.log', 'transcript.log']);

  const maxBytes = 1_000_000;
  const { from, droppedBefore } = await readTranscript(directory, { from: 0, maxBytes });
  expect(from).toBe(droppedBefore);
  expect(droppedBefore).toBeGreaterThan(whole.length - 2 * TRANSCRIPT_PART_BYTES_MAX - 1);
  const read: Buffer[] = [];
  for (let at = from; ;) {
    const part = await readTranscript(directory, { from: at, maxBytes });
    if (part.bytes.length === 0) break;
    expect(part.from).toBe(at);
    read.push(part.bytes);
    at = part.next;
  }
  expect(Buffer.concat(read).equals(whole.subarray(from))).toBe(true);
  expect(lastWords).toMatch(/^line 59999 /);
});

test('no agent can print the beginning of a part', () => {
  expect(transcriptOf('\u001E[This part begins at byte 7.]\n').text).toBe('[This part begins at byte 7.]\n');
});
