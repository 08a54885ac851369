import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { createServer, type Server } from '../reeve/server.ts';
import { SECRET } from './payload.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** The built thread of the store, for a benchmark that writes to it itself. */
export const writerProgram = pathToFileURL(resolve('dist/store/sqlite/writer-thread.js'));

/** A home on a real disk, for one benchmark. */
export type Home = {
  /** Of the database. */
  readonly storePath: string;
  /** The built server as an operator starts it, at a GitHub that is out of reach. */
  readonly server: (roles: string) => Server;
  readonly remove: () => void;
};

export function createHome(): Home {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-bench-')));
  const environment = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: path, REEVE_HOME: join(path, 'home'), PORT: '0' },
    ...{ APP_ID: '1', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: SECRET, GITHUB_API_URL: 'http://127.0.0.1:9' },
    ...{ REEVE_AGENT: '/bin/true', REEVE_SANDBOX: 'none', LOG_LEVEL: 'info' },
  };
  return {
    storePath: join(path, 'home', 'reeve.db'),
    server: (roles) => createServer(environment, ['--role', roles]),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export { privateKey };
