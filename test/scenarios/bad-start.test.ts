import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { SECRET, agentOf, startReeve } from '../reeve.ts';
import { runToItsEnd } from '../reeve/server.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

function goodEnvironment(): Record<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-start-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'operator'));
  return {
    ...{ PATH: process.env['PATH'] ?? '', HOME: join(directory, 'operator'), PORT: '0' },
    ...{ APP_ID: '77', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: SECRET, GITHUB_API_URL: 'http://127.0.0.1:9' },
    ...{ REEVE_HOME: join(directory, 'home'), REEVE_AGENT: JSON.stringify(agentOf('agent-that-succeeds')) },
  };
}

test.each([
  ['no webhook secret', { WEBHOOK_SECRET: '' }, /WEBHOOK_SECRET is not set; make one with `openssl rand -hex 32`/],
  ['a short webhook secret', { WEBHOOK_SECRET: 'hunter2' }, /WEBHOOK_SECRET is too short to be safe/],
  [
    'the webhook secret of an example',
    { WEBHOOK_SECRET: 'development-webhook-secret' },
    /WEBHOOK_SECRET can be guessed/,
  ],
  ['no key', { PRIVATE_KEY: '' }, /PRIVATE_KEY_PATH is not set, nor is PRIVATE_KEY/],
  ['a key that is none', { PRIVATE_KEY: 'not a key' }, /PRIVATE_KEY /],
  ['a key file that is not there', { PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/nowhere/app.pem' }, /PRIVATE_KEY_PATH /],
  ['a home that cannot be made', { REEVE_HOME: '/proc/reeve' }, /REEVE_HOME cannot be written/],
  ['an agent that is not there', { REEVE_AGENT: '/nowhere/agent' }, /REEVE_AGENT|\/nowhere\/agent/],
  ['a misspelled variable', { REEVE_SLOT: '3' }, /REEVE_SLOT is not a variable of Reeve; did you mean REEVE_SLOTS\?/],
])('with %s the server does not start, and one sentence says what to do', async (_, change, sentence) => {
  const { exitCode, stdout, stderr } = await runToItsEnd({ ...goodEnvironment(), ...change });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).not.toContain('hunter2');
  expect(stderr).not.toContain('development-webhook-secret');
});

test('a home in a file is refused', async () => {
  const environment = goodEnvironment();
  writeFileSync(environment['REEVE_HOME'] ?? '', 'I am a file');
  const { exitCode, stderr } = await runToItsEnd(environment);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^[^\n]*REEVE_HOME cannot be written[^\n]*\n$/);
});

test('a second server on the same home is refused, and the first goes on', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const { exitCode, stderr } = await runToItsEnd(reeve.environment);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^[^\n]*A server already uses the home [^\n]*\n$/);
  expect(stderr).toContain(String(reeve.server.pid()));
  await reeve.ada.labels(1);
  await reeve.untilLabel(1, 'reeve:review');
});
