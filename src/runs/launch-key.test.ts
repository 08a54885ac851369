import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { openLaunchKey } from './launch-key.ts';

test('a home has one key, made once, also by two servers that start at once', async () => {
  const root = mkdtempSync(join(tmpdir(), 'reeve-key-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const home = join(root, 'home');
  const [key, other] = await Promise.all([openLaunchKey(home), openLaunchKey(home)]);
  expect(key).toHaveLength(32);
  expect(other).toEqual(key);
  expect(await openLaunchKey(home)).toEqual(key);
  expect(statSync(join(home, 'key')).mode & 0o777).toBe(0o600);

  writeFileSync(join(home, 'key'), 'half a ke');
  await expect(openLaunchKey(home)).rejects.toThrow(/is damaged/);
});
