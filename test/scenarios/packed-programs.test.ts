import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
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

test('a run host reads one file: what only a speaking agent needs stays apart, and costs a waiting one nothing', () => {
  const code = readFileSync('dist/bin/reeve-run.js', 'utf8');
  expect(code).not.toMatch(/^import .* from "\.\//m);
  expect(code).not.toMatch(/^import .* from "zod/m);
  expect(code).toMatch(/import\("\.\/reeve-run\.[\w.-]+"\)/);
});
