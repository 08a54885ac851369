import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { readServerConfig, type ReadOptions } from '../src/config/server-config.ts';
import { UserError } from '../src/lib/errors.ts';

export const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const key = rsa(2048);
export const pem = key.export({ type: 'pkcs1', format: 'pem' }).toString();
/** The same key as the server keeps it. */
export const pkcs8 = key.export({ type: 'pkcs8', format: 'pem' }).toString();
export const secret = '9f86d081884c7d659a2feaa0c55ad015';

export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-config-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** The least that a server needs, with changes; undefined unsets. */
export function environment(changes: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    APP_ID: '12345',
    PRIVATE_KEY: pem,
    WEBHOOK_SECRET: secret,
    PATH: process.env['PATH'],
    REEVE_AGENT: 'node /opt/agent.mjs',
    REEVE_HOME: join(temporary(), 'home'),
    ...changes,
  };
}

/** What a refused start says. */
export function complaint(changes: Record<string, string | undefined>, options?: ReadOptions): string {
  try {
    readServerConfig(environment(changes), options);
  } catch (error) {
    if (error instanceof UserError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  throw new Error('The configuration was taken.');
}
