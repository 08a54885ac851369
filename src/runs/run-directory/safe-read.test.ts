import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';

import { readJsonSafely, readTextSafely } from './safe-read.ts';

const directory = mkdtempSync(join(tmpdir(), 'reeve-read-'));
afterAll(() => rmSync(directory, { recursive: true }));
const schema = z.object({ a: z.number() });
const make = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

test('gives what is there, and absence as absence', async () => {
  expect(await readTextSafely(make('text', 'grüße'), 100)).toEqual({ kind: 'read', value: 'grüße' });
  expect(await readJsonSafely(make('json', '{"a":1,"b":2}'), 100, schema)).toEqual({ kind: 'read', value: { a: 1 } });
  expect(await readTextSafely(join(directory, 'nothing'), 100)).toEqual({ kind: 'absent' });
});

const hostile: [string, (path: string) => void, RegExp][] = [
  ['a link', (path) => symlinkSync('/etc/passwd', path), /is a symbolic link/],
  ['a pipe', (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path]), /is not a regular file/],
  ['a directory', (path) => mkdirSync(path), /is not a regular file/],
  ['ten sparse gigabytes', (path) => (writeFileSync(path, ''), truncateSync(path, 1e10)), /larger than 1000000 bytes/],
  ['half a document', (path) => writeFileSync(path, '{"a":'), /is not JSON/],
  ['nothing', (path) => writeFileSync(path, ''), /is not JSON/],
  ['depth', (path) => writeFileSync(path, '['.repeat(200_000) + ']'.repeat(200_000)), /is not/],
  ['another shape', (path) => writeFileSync(path, '{"a":"1"}'), /a Invalid input/],
  ['bytes', (path) => writeFileSync(path, Buffer.from([0xff, 0, 0xfe])), /is not JSON/],
];
test.each(hostile)('%s is a problem, told in a sentence, at once', async (name, create, problem) => {
  const path = join(directory, `hostile-${name}`);
  create(path);
  const reading = await readJsonSafely(path, 1_000_000, schema);
  expect(reading).toEqual({ kind: 'problem', problem: expect.stringMatching(problem) });
});
