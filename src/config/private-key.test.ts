import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { complaint, environment, pem, pkcs8, temporary } from '../../test/server-config.ts';
import { exec } from '../lib/exec.ts';
import { readServerConfig } from './server-config.ts';

test.each([
  ['as it is', pem],
  ['with \\n for line breaks', pem.replaceAll('\n', '\\n')],
  ['as base64', Buffer.from(pem).toString('base64')],
  ['with blanks around it', `\n  ${pkcs8}\n`],
])('a private key is taken %s', (_, text) => {
  expect(readServerConfig(environment({ PRIVATE_KEY: text })).app.privateKey).toBe(pkcs8);
});

const fromFile = (write: (path: string) => void) => {
  const path = join(temporary(), 'app.pem');
  write(path);
  return complaint({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path });
};

test.each([0o640, 0o604, 0o644])('a private key is refused from a file with mode %o', (mode) => {
  const message = fromFile((path) => {
    writeFileSync(path, pem);
    chmodSync(path, mode);
  });
  expect(message).toMatch(
    /^PRIVATE_KEY_PATH names a file that others than its owner may read; run `chmod 600 .*app\.pem`\.$/,
  );
});

test('a private key is refused from a pipe that nobody writes to, at once', async () => {
  const path = join(temporary(), 'app.pem');
  await exec('mkfifo', ['-m', '600', path], {
    env: { PATH: process.env['PATH'] ?? '' },
    timeoutMs: 5_000,
    outputBytesMax: 1_000,
  });
  expect(complaint({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path })).toMatch(/is not a file; name the PEM file/);
});

test('a private key is refused from a file that is absent, a directory, or something else', () => {
  expect(fromFile(() => {})).toMatch(/^PRIVATE_KEY_PATH names a file that cannot be read/);
  expect(fromFile((path) => mkdirSync(path))).toMatch(/is not a file/);
  expect(fromFile((path) => writeFileSync(path, 'hello', { mode: 0o600 }))).toMatch(/not an RSA private key/);
  expect(fromFile((path) => writeFileSync(path, 'x'.repeat(70_000), { mode: 0o600 }))).toMatch(/too large/);
});
