import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { createRedactor } from '../lib/redact.ts';
import { openTranscript, TRANSCRIPT_BYTES_MAX } from './transcript.ts';

const directory = mkdtempSync(join(tmpdir(), 'reeve-transcript-'));
afterAll(() => rmSync(directory, { recursive: true }));
const secret = 'canary-0123456789';
let count = 0;

function transcriptOf(...chunks: (string | Buffer)[]) {
  const path = join(directory, String((count += 1)));
  const errors: unknown[] = [];
  const transcript = openTranscript(path, createRedactor([secret]), (error) => errors.push(error));
  for (const chunk of chunks) transcript.append(Buffer.from(chunk));
  transcript.close();
  expect(errors).toEqual([]);
  return { text: readFileSync(path, 'utf8'), lastWords: transcript.lastWords(), path };
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

test('ends with a marker when it is full', () => {
  const line = `${'x'.repeat(99)}\n`;
  const { text } = transcriptOf(...Array.from({ length: 60 }, () => line.repeat(1000)));
  expect(text.endsWith('[The transcript is full; the rest was not kept.]\n')).toBe(true);
  expect(text.length).toBeLessThan(TRANSCRIPT_BYTES_MAX + 100);
});
