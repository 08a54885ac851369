import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
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

test('a deleted file is found although other processes have more open files than are looked at', async () => {
  const path = mkdtempSync(join(tmpdir(), 'reeve-deleted-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const file = openSync(join(path, 'hoard'), 'wx');
  writeSync(file, Buffer.alloc(3_000_000, 1));
  unlinkSync(join(path, 'hoard'));
  const others = Math.ceil(20_000 / readdirSync(`/proc/${process.ppid}/fd`).length);
  const pids = [...Array.from({ length: others }, () => process.ppid), process.pid];
  expect(await deletedFilesMiB(pids, path)).toBeGreaterThanOrEqual(3);
  closeSync(file);
});
