import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { createRedactor } from '../lib/redact.ts';
import { openOutputTail, OUTPUT_FILE_BYTES_MAX, type OutputTail } from './output-tail.ts';

const directory = mkdtempSync(join(tmpdir(), 'reeve-output-'));
afterAll(() => rmSync(directory, { recursive: true }));
let path: string;
let tail: OutputTail;
let count = 0;
beforeEach(() => {
  path = join(directory, String((count += 1)));
  tail = openOutputTail(path, createRedactor(['canary-0123456789']));
});
const say = (output: unknown): void => appendFileSync(path, `${JSON.stringify(output)}\n`);
const progress = (text: string) => ({ kind: 'progress', text });

test('gives each output once, when its line is whole', async () => {
  expect(await tail.read()).toEqual({ outputs: [], fault: null });
  say(progress('one'));
  appendFileSync(path, '{"kind":"pro');
  expect((await tail.read()).outputs).toEqual([progress('one')]);
  expect((await tail.read()).outputs).toEqual([]);
  appendFileSync(path, 'gress","text":"two"}\n\n');
  expect((await tail.read()).outputs).toEqual([progress('two')]);
});

test('takes a last line without its end only at the end', async () => {
  appendFileSync(path, JSON.stringify(progress('one')));
  expect((await tail.read()).outputs).toEqual([]);
  expect((await tail.read(true)).outputs).toEqual([progress('one')]);
});

test('removes secrets from every text', async () => {
  say({ kind: 'ask', question: 'Is canary-0123456789 right?', options: ['canary-0123456789'] });
  expect((await tail.read()).outputs).toEqual([
    { kind: 'ask', question: 'Is [redacted] right?', options: ['[redacted]'] },
  ]);
});

describe('accepts nothing after a fault', () => {
  test.each<[string, string, string]>([
    ['not JSON', 'hello', 'bad-output'],
    ['an unknown kind', '{"kind":"sing"}', 'bad-output'],
    ['a key too many', '{"kind":"progress","text":"a","priority":1}', 'bad-output'],
    ['an empty text', '{"kind":"progress","text":"  "}', 'bad-output'],
    ['a negative cost', '{"kind":"result","summary":"a","costUsd":-1}', 'bad-output'],
    ['depth', '['.repeat(100_000), 'bad-output'],
    ['a marker', '{"kind":"progress","text":"<!-- reeve:x -->"}', 'forged-marker'],
    ['a marker in escapes', String.raw`{"kind":"progress","text":"\u003c\u0021-- reeve:x -->"}`, 'forged-marker'],
    ['a marker in other spelling', '{"kind":"progress","text":"<!--\\n REEVE:x -->"}', 'forged-marker'],
    ['a marker as a key', '{"<!-- reeve:x":1}', 'forged-marker'],
  ])('%s', async (_, line, reason) => {
    say(progress('before'));
    appendFileSync(path, `${line}\n`);
    say(progress('after'));
    expect(await tail.read()).toEqual({
      outputs: [progress('before')],
      fault: { reason, detail: expect.stringMatching(/^It wrote .{1,300}$/s) },
    });
    say(progress('later'));
    expect((await tail.read()).outputs).toEqual([]);
  });
});

test('too many lines are a flood', async () => {
  appendFileSync(path, `${JSON.stringify(progress('x'))}\n`.repeat(1001));
  expect(await tail.read()).toMatchObject({ fault: { reason: 'output-flood' } });
});

test('too many bytes are a flood, and the disk gets them back', async () => {
  say(progress('one'));
  truncateSync(path, OUTPUT_FILE_BYTES_MAX + 1);
  expect(await tail.read()).toMatchObject({ fault: { reason: 'output-flood' } });
  expect(readFileSync(path).length).toBe(OUTPUT_FILE_BYTES_MAX);
});

test('a file that the agent put in the place of ours is not read', async () => {
  unlinkSync(path);
  writeFileSync(path, `${JSON.stringify(progress('another file'))}\n`);
  expect(await tail.read(true)).toEqual({ outputs: [], fault: null });
});

test('a file that is shortened says nothing twice', async () => {
  say(progress('one'));
  await tail.read();
  truncateSync(path, 0);
  expect(await tail.read(true)).toEqual({ outputs: [], fault: null });
});
