import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { createDeliveryReader } from './delivery-reader.ts';

const labeled = readFileSync('fixtures/payloads/issues.labeled.json', 'utf8');
const large = { event: 'issues', payloadBytes: 1_000_000 };
const reader = (name: string) =>
  createDeliveryReader({ program: pathToFileURL(`fixtures/readers/${name}.mjs`), readMsMax: 1_000 });

test('a small body is read where we are', async () => {
  const delivery = { event: 'issues', payloadBytes: labeled.length };
  expect(await reader('loops').read(delivery, async () => labeled)).toMatchObject({ kind: 'event' });
});

test('what does not concern us is not even loaded', async () => {
  const load = () => Promise.reject(new Error('It was loaded.'));
  const delivery = { event: 'star', payloadBytes: 25_000_000 };
  expect(await reader('loops').read(delivery, load)).toMatchObject({ kind: 'uninteresting' });
});

test.each([
  ['loops', 'Its body cannot be read: it takes too long.'],
  ['hungry', /^Its body cannot be read/],
  ['throws', 'Its body cannot be read: the program that reads it ended without an answer.'],
])('a large body on which the reader %s is refused, and we live', async (name, message) => {
  await expect(reader(name).read(large, async () => labeled)).rejects.toThrow(message);
});

test('an answer that is none is not believed', async () => {
  await expect(reader('lies').read(large, async () => labeled)).rejects.toThrow(
    'Its body cannot be read: the answer is none.',
  );
});

test('three large bodies are read at once, and the next are loaded when there is room', async () => {
  const { read } = reader('throws');
  let loaded = 0;
  const payload = async () => ((loaded += 1), labeled);
  const readings = [1, 2, 3, 4, 5].map(() => read(large, payload));
  await Promise.resolve();
  expect(loaded).toBe(3);
  await Promise.allSettled(readings);
  expect(loaded).toBe(5);
});
