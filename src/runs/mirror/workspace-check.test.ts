import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { unsafeClone, unsafeObjects } from './workspace-check.ts';

// An unsafe clone is given up but for its files, so nothing but its owner may make it one.
test.each([
  ['a clone', unsafeClone],
  ['a trunk', unsafeObjects],
])('what its owner did to %s is told; a look that fails for another reason is no answer', async (_, look) => {
  const path = mkdtempSync(join(tmpdir(), 'reeve-check-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const circle = join(path, 'circle');
  symlinkSync(circle, circle);
  expect(await look(join(path, 'absent'), path)).toMatch(/any more/);
  expect(await look(join(circle, 'repo'), path)).toMatch(/cannot be read/);
  await expect(look(`${path}/\0`, path)).rejects.toThrow('null bytes');
});
