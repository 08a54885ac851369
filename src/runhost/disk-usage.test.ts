import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { diskUsage, tellsOfHidden } from './disk-usage.ts';

const NOBODY = '65534';

function workspace(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-disk-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a directory is measured, all of it', async () => {
  const path = workspace();
  mkdirSync(join(path, 'deep'));
  writeFileSync(join(path, 'deep/file'), Buffer.alloc(3 * 1024 * 1024, 1));
  const { mebibytes, isWhole } = await diskUsage(path);
  expect(mebibytes).toBeGreaterThanOrEqual(3);
  expect(isWhole).toBe(true);
  expect((await diskUsage(join(path, 'absent'))).isWhole).toBe(true);
});

test.each([0o000, 0o600])('what du says of a directory with the mode %o tells that something is hidden', (mode) => {
  const path = workspace();
  const hidden = join(path, "it's\nhidden");
  mkdirSync(hidden);
  writeFileSync(join(hidden, 'file'), 'x');
  chmodSync(path, 0o755);
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', NOBODY, path]);
  chmodSync(hidden, mode);
  const asNobody = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups', 'du', '-skx', path];
  const [program, args] = process.getuid?.() === 0 ? ['setpriv', asNobody] : ['du', ['-skx', path]];
  const { stderr } = spawnSync(program, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
  expect(tellsOfHidden(stderr)).toBe(true);
  chmodSync(hidden, 0o700);
});
