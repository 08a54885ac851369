import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { writeAgentFiles } from './agent-files.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-files-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return join(path, 'agent');
}

test('each file is there for its owner to read; none, and there is no directory', async () => {
  const path = directory();
  await writeAgentFiles(path, {});
  expect(existsSync(path)).toBe(false);
  await writeAgentFiles(path, { 'settings.json': '{}', 'hooks/none.sh': '', 'hooks/.gitignore': '*' });
  expect(readFileSync(join(path, 'settings.json'), 'utf8')).toBe('{}');
  expect(statSync(join(path, 'hooks/none.sh')).mode & 0o777).toBe(0o400);
});

test.each(['../x', '/x', 'a/b/c', '..', '.', 'a/..', 'a/../x', '', 'a/', 'a b'])(
  '%j is no name of a file',
  async (name) => {
    await expect(writeAgentFiles(directory(), { [name]: '' })).rejects.toThrow('plain name');
  },
);

test('files without end are refused', async () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, '']));
  await expect(writeAgentFiles(directory(), many)).rejects.toThrow('21 files');
  await expect(writeAgentFiles(directory(), { f: 'x'.repeat(1_000_001) })).rejects.toThrow('too long');
});
