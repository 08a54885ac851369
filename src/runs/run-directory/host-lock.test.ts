import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { runDirectoryAt } from '../run-directory.ts';
import { claimLock, readLock } from './host-lock.ts';

const path = mkdtempSync(join(tmpdir(), 'reeve-lock-'));
afterAll(() => rmSync(path, { recursive: true }));

test('of many hosts that claim a run at once exactly one has it, and no draft stays', async () => {
  const directory = runDirectoryAt(path);
  expect(await readLock(directory)).toEqual({ kind: 'absent' });
  const hosts = Array.from({ length: 30 }, (_, index) => ({ pid: index + 1, startTime: '5', bootId: 'b' }));
  const claims = await Promise.all(hosts.map((host) => claimLock(directory, host)));
  expect(claims.filter((isClaimed) => isClaimed)).toHaveLength(1);
  expect(await readLock(directory)).toEqual({ kind: 'read', value: hosts[claims.indexOf(true)] });
  expect(readdirSync(path)).toEqual(['host.lock']);
  expect(statSync(directory.lock).mode & 0o777).toBe(0o600);
});
