import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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

/** The file and what it reads at once, however indirectly. */
function readAtOnce(path: string, seen: readonly string[] = []): readonly string[] {
  if (seen.includes(path)) return seen;
  const imports = [...readFileSync(path, 'utf8').matchAll(/^import .*from "\.\/([^"]+)"/gm)];
  const names = imports.map(([, name]) => join(dirname(path), name!));
  return names.reduce<readonly string[]>((files, name) => readAtOnce(name, files), [...seen, path]);
}

test('a run host reads little at once: what only a speaking agent needs stays apart, and costs a waiting one nothing', () => {
  const files = readAtOnce('dist/bin/reeve-run.js');
  const code = files.map((path) => readFileSync(path, 'utf8')).join('\n');
  expect(code).not.toMatch(/^import .* from "zod/m);
  expect(code).not.toContain('ZodType'); // it takes a quarter of the memory of a host
  expect(code.length).toBeLessThan(200_000);
  expect(code).toMatch(/import\("\.\/reeve-run\.[\w.-]+"\)/);
});
