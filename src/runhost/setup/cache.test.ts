import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { SETUP_ENTRY_AGE_MS_MAX } from '../../domain/setup/judge-cache.ts';
import { setupCacheKey } from './cache-key.ts';
import { openSetupCache } from './cache.ts';

const key = 'b'.repeat(64);
const at = 1_800_000_000_000;
const entry = { madeAt: at, commit: 'c', mib: 1, paths: [{ path: 'node_modules', isThere: true }] };

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-setup-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function open() {
  const home = temporary();
  const root = join(home, 'cache/setup/7');
  return { home, root, cache: openSetupCache({ home, repositoryId: 7, key }) };
}

async function kept() {
  const opened = open();
  const draft = await opened.cache.draft();
  writeFileSync(join(draft, '0'), 'made\n');
  expect(await opened.cache.keep(draft, entry)).toBe(true);
  return opened;
}

test('an entry is there as a whole, and the first one stays', async () => {
  const { cache, root } = await kept();
  const second = await cache.draft();
  writeFileSync(join(second, '0'), 'made by another\n');
  expect(await cache.find(at)).toMatchObject({ path: join(root, key), entry });
  expect(await cache.keep(second, { ...entry, madeAt: at + 1 })).toBe(false);
  await cache.drop(second);
  expect(readdirSync(root)).toEqual([key]);
  expect(readFileSync(join(root, key, '0'), 'utf8')).toBe('made\n');
});

test('half of one, and an old one, are not found', async () => {
  const { cache, root } = await kept();
  expect(await cache.find(at + SETUP_ENTRY_AGE_MS_MAX - 1)).not.toBeNull();
  expect(await cache.find(at + SETUP_ENTRY_AGE_MS_MAX)).toBeNull();
  rmSync(join(root, key, 'entry.json'));
  expect(await cache.find(at)).toBeNull();
  expect(await open().cache.find(at)).toBeNull();
});

test('one whose removal began while it was copied is not trusted, even if another has its name', async () => {
  const { cache, root } = await kept();
  const found = (await cache.find(at))!;
  expect(await cache.isStillThere(found)).toBe(true);
  renameSync(join(root, key), join(root, 'elsewhere'));
  expect(await cache.isStillThere(found)).toBe(false);
  mkdirSync(join(root, key));
  expect(await cache.isStillThere(found)).toBe(false);
});

test('what is too large is not kept', async () => {
  const { cache } = open();
  expect(await cache.whyNot(4097)).toBe('It is 4097 MiB; at most 4096 are kept.');
});

test('the key is over all that a setup is made from', async () => {
  const bin = temporary();
  const program = join(bin, 'install');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const lockFiles = [{ path: 'lock', object: '1'.repeat(40) }];
  const cache = { repositoryId: 7, commit: 'c'.repeat(40), lockFiles };
  const setup = { argv: ['install'] as const, cachePaths: ['node_modules'], cache, isShared: false };
  const keys = [
    await setupCacheKey(setup, bin),
    await setupCacheKey({ ...setup, argv: ['install', '--all'] }, bin),
    await setupCacheKey({ ...setup, cachePaths: ['deps'] }, bin),
    await setupCacheKey({ ...setup, isShared: true }, bin),
    await setupCacheKey({ ...setup, cache: { ...cache, lockFiles: [{ path: 'lock', object: '2'.repeat(40) }] } }, bin),
    await setupCacheKey(
      { ...setup, cache: { ...cache, lockFiles: [{ path: 'a/lock', object: '1'.repeat(40) }] } },
      bin,
    ),
  ];
  writeFileSync(program, '#!/bin/sh\n# upgraded\n');
  keys.push(await setupCacheKey(setup, bin));
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.every((one) => /^[0-9a-f]{64}$/.test(one))).toBe(true);
  // The same lock files in another commit are the same.
  expect(await setupCacheKey({ ...setup, cache: { ...cache, commit: 'd'.repeat(40) } }, bin)).toBe(keys.at(-1));
});
