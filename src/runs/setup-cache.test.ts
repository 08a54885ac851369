import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { createSetupCache } from './setup-cache.ts';

const key = 'a'.repeat(64);
const draft = `.${key}.00000000-0000-4000-8000-000000000000`;

function open() {
  const home = mkdtempSync(join(tmpdir(), 'reeve-setups-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const root = join(home, 'cache/setup');
  const entry = (repository: string, name: string, text?: string): string => {
    const path = join(root, repository, name);
    mkdirSync(join(path, '0'), { recursive: true });
    if (text !== undefined) writeFileSync(join(path, 'entry.json'), text);
    return path;
  };
  return { home, root, entry, cache: createSetupCache(home) };
}

test('lists what is ours, and says when it was used', async () => {
  const { cache, root, entry } = open();
  expect(await cache.entries()).toEqual([]);
  const made = JSON.stringify({ madeAt: 5, commit: 'c', mib: 12, paths: [{ path: 'node_modules', isThere: true }] });
  utimesSync(join(entry('7', key, made), 'entry.json'), 1000, 1000);
  entry('7', draft);
  entry('8', key, '{"half');
  entry('8', 'somebody-elses');
  entry('notes', key, made);
  symlinkSync('/', join(root, '9'));
  const seen = (await cache.entries()).map(({ madeAt, usedAt, ...rest }) =>
    rest.kind === 'entry' ? { ...rest, madeAt, usedAt } : rest,
  );
  expect(
    seen.toSorted((one, other) => one.repositoryId - other.repositoryId || (one.name < other.name ? -1 : 1)),
  ).toEqual([
    { repositoryId: 7, name: draft, kind: 'draft', mib: 0 },
    { repositoryId: 7, name: key, kind: 'entry', mib: 12, madeAt: 5, usedAt: 1_000_000 },
    { repositoryId: 8, name: key, kind: 'unreadable', mib: 0 },
  ]);
});

test('removes what it is told, twice over, and nothing else', async () => {
  const { cache, root, entry } = open();
  entry('7', key, '{}');
  entry('7', draft);
  await cache.remove({ repositoryId: 7, name: key });
  await cache.remove({ repositoryId: 7, name: key });
  expect(readdirSync(join(root, '7'))).toEqual([draft]);
  await cache.remove({ repositoryId: 7, name: draft });
  expect(existsSync(join(root, '7'))).toBe(false);
  await expect(cache.remove({ repositoryId: 7, name: '../..' })).rejects.toThrow('is not the name');
});
