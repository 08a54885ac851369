import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';

import { readEnvironment } from './env-file.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-env-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('the environment wins over the file, and a key may take several lines', () => {
  const path = directory();
  writeFileSync(join(path, '.env'), 'FROM_FILE="one\ntwo"\nFROM_BOTH=file # a remark\n');
  vi.stubEnv('FROM_BOTH', 'process');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { env, envFilePath } = readEnvironment(path);
  expect(env).toMatchObject({ FROM_FILE: 'one\ntwo', FROM_BOTH: 'process' });
  expect(envFilePath).toBe(join(path, '.env'));
  expect(process.env['FROM_FILE']).toBeUndefined();
});

test('without a file there is the environment alone', () => {
  const { env, envFilePath } = readEnvironment(directory());
  expect(env).toEqual(process.env);
  expect(envFilePath).toBeNull();
});

test('a file that cannot be read is not passed over', () => {
  const path = directory();
  mkdirSync(join(path, '.env'));
  expect(() => readEnvironment(path)).toThrow(/cannot be read .* mend or remove it/);
});
