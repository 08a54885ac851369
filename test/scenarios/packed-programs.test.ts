import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);

test('what the build packed holds all of its modules, and finds its place wherever it lies', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-packed-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync('dist/bin', join(directory, 'dist/bin'), { recursive: true });
  cpSync('package.json', join(directory, 'package.json'));
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const { stdout } = await run(process.execPath, [join(directory, 'dist/bin/reeve.js'), '--version']);
  expect(stdout).toBe(`${version}\n`);
});

const FILES_AT_ONCE_MAX = 5; // each costs every start a tenth of a millisecond or two

/** The files that a packed program reads before it does anything. What it shares with its parts lies beside it. */
function readAtOnce(program: string): string[] {
  const files = [program];
  for (const file of files) {
    for (const [, name = ''] of readFileSync(join('dist/bin', file), 'utf8').matchAll(/^import .*"\.\/([^"]+)";$/gm))
      if (!files.includes(name)) files.push(name);
  }
  return files;
}

test('a run host reads few files: what only a speaking agent needs stays apart, and costs a waiting one nothing', () => {
  const files = readAtOnce('reeve-run.js');
  const code = files.map((file) => readFileSync(join('dist/bin', file), 'utf8')).join('\n');
  expect(files.length).toBeLessThanOrEqual(FILES_AT_ONCE_MAX);
  expect(code).not.toContain('ZodError');
  expect(code).toMatch(/import\("\.\/reeve-run\.[\w.-]+"\)/);
  const parts = readdirSync('dist/bin').filter((file) => file.startsWith('reeve-run.') && !files.includes(file));
  expect(parts.some((file) => readFileSync(join('dist/bin', file), 'utf8').includes('ZodError'))).toBe(true); // zod is told by it
});
