import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { deletedFilesMiB } from './deleted-files.ts';

test('a deleted file counts once for as long as somebody has it open', async () => {
  const path = mkdtempSync(join(tmpdir(), 'reeve-deleted-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const name = join(path, 'hoard');
  writeFileSync(name, '');
  const files = [openSync(name, 'a'), openSync(name, 'r')];
  writeSync(files[0]!, Buffer.alloc(3_000_000, 1));
  const before = await deletedFilesMiB([process.pid], path);
  unlinkSync(name);
  expect((await deletedFilesMiB([process.pid], path)) - before).toBe(3);
  files.forEach((file) => closeSync(file));
  expect(await deletedFilesMiB([process.pid], path)).toBe(before);
});
