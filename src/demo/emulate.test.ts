import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

import { readServerConfig } from '../config/server-config.ts';
import { UserError } from '../lib/errors.ts';
import { runEmulator, type EmulateOptions } from './emulate.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-emulate-test-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** What it says when it starts; it ends at once. */
async function greeting(options: Partial<EmulateOptions>): Promise<string> {
  let said = '';
  await runEmulator({
    ...{ port: 0, seedFile: null, keyFile: null, recordFile: null, root: null, isJson: false },
    ...{ signal: AbortSignal.abort(), stdout: (text: string) => void (said += text) },
    ...options,
  });
  return said;
}

const configOf = (said: string, home: string) => {
  const lines = said.split('\n').filter((line) => /^[A-Z_]+=/.test(line));
  return readServerConfig({ ...parseEnv(lines.join('\n')), REEVE_AGENT: 'sh', REEVE_HOME: home });
};

test('the key goes to its file alone, and stays the same from then on', async () => {
  const path = directory();
  const keyFile = join(path, 'app.pem');
  const said = await greeting({ keyFile });
  const key = readFileSync(keyFile, 'utf8');
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(said).not.toMatch(/-----|PRIVATE_KEY=/);
  expect(configOf(said, join(path, 'home'))).toMatchObject({
    app: { id: 1 },
    githubApiUrl: /http:\S+/.exec(said)?.[0].replace(';', ''),
  });
  const json = await greeting({ keyFile, isJson: true });
  expect(JSON.parse(json)).toMatchObject({ app: { id: 1, privateKeyPath: keyFile } });
  expect(json).not.toContain('-----');
  expect(readFileSync(keyFile, 'utf8')).toBe(key);
});

test('without a file the lines for .env hold the key', async () => {
  const config = configOf(await greeting({}), join(directory(), 'home'));
  expect(config.app.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
});

test('a file that is something else is refused, and stays as it is', async () => {
  const keyFile = join(directory(), 'diary.txt');
  writeFileSync(keyFile, 'Dear diary', { mode: 0o600 });
  const refused = greeting({ keyFile });
  await expect(refused).rejects.toThrow(UserError);
  await expect(refused).rejects.toThrow(/^--key names a file that is not an RSA private key .* not there yet\.$/);
  expect(readFileSync(keyFile, 'utf8')).toBe('Dear diary');
  await expect(greeting({ keyFile: join(keyFile, 'app.pem') })).rejects.toThrow(
    /--key names a file that cannot be written/,
  );
});

test('a seed that is no seed is refused', async () => {
  const seedFile = join(directory(), 'seed.json');
  await expect(greeting({ seedFile })).rejects.toThrow(/cannot be read/);
  writeFileSync(seedFile, 'null');
  await expect(greeting({ seedFile })).rejects.toThrow(/seed is not valid/);
});
