import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { MESSAGE_CHARACTERS_MAX, MESSAGES_MAX } from '../../domain/run/message.ts';
import { runDirectoryAt } from '../run-directory.ts';
import { leaveMessage, readMessages } from './messages.ts';

function directory() {
  const path = mkdtempSync(join(tmpdir(), 'reeve-messages-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return runDirectoryAt(path);
}

const message = (id: string, text = 'Hello.') => ({ id, at: 7, text });

test('what is left is read, in its order, each message once', async () => {
  const run = directory();
  expect(await readMessages(run)).toEqual([]);
  for (const id of ['a', 'b', 'a']) expect(await leaveMessage(run, message(id))).toBe('left');
  expect(await readMessages(run)).toEqual([message('a'), message('b')]);
  expect(readFileSync(run.messages, 'utf8').split('\n')).toHaveLength(3);
});

test('half a line is nothing, and the next message is whole all the same', async () => {
  const run = directory();
  await leaveMessage(run, message('a'));
  appendFileSync(run.messages, JSON.stringify(message('b')).slice(0, -3));
  expect(await readMessages(run)).toEqual([message('a')]);
  await leaveMessage(run, message('b'));
  expect(await readMessages(run)).toEqual([message('a'), message('b')]);
});

test('a line that lacks only its end does not count until it has one', async () => {
  const run = directory();
  writeFileSync(run.messages, JSON.stringify(message('a')));
  expect(await readMessages(run)).toEqual([]);
  await leaveMessage(run, message('a'));
  expect(await readMessages(run)).toEqual([message('a')]);
});

test('a run takes so many messages, of so many characters', async () => {
  const run = directory();
  await leaveMessage(run, message('long', 'x'.repeat(MESSAGE_CHARACTERS_MAX + 1)));
  expect((await readMessages(run))[0]?.text).toHaveLength(MESSAGE_CHARACTERS_MAX);
  const lines = Array.from({ length: MESSAGES_MAX }, (_, index) => `${JSON.stringify(message(`${index}`))}\n`);
  writeFileSync(run.messages, lines.join(''));
  expect(await leaveMessage(run, message('more'))).toBe('full');
  expect(readFileSync(run.messages, 'utf8')).not.toContain('more');
});

test('what is no message is passed over, and a link is not followed', async () => {
  const run = directory();
  const lines = ['nonsense', 'null', '{"id":"","at":1,"text":"x"}', '{"id":"a","at":"1","text":"x"}', '{"id":"a"}'];
  writeFileSync(run.messages, `${[...lines, JSON.stringify(message('b'))].join('\n')}\n`);
  expect(await readMessages(run)).toEqual([message('b')]);
  const linked = directory();
  symlinkSync('/etc/hostname', linked.messages);
  await expect(leaveMessage(linked, message('a'))).rejects.toThrow('is a symbolic link');
});
