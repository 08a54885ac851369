import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { replaceFile } from './atomic-file.ts';

test('readers see whole texts only, and no draft stays behind', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'reeve-atomic-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'status.json');
  const texts = ['x', 'y'].map((letter) => letter.repeat(300_000));
  await replaceFile(path, texts[0]!);

  const seen = new Set<string>();
  const writing = (async () => {
    for (let turn = 0; turn < 20; turn += 1) await replaceFile(path, texts[turn % 2]!);
  })();
  for (let turn = 0; turn < 200; turn += 1) seen.add(await readFile(path, 'utf8'));
  await writing;

  expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
  expect(await readdir(directory)).toEqual(['status.json']);
});
