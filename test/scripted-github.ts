import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import { pino } from 'pino';
import type { GitHub, RepositoryRef } from '../src/github/github.ts';
import { createLimiter, type Limiter } from '../src/github/limits/limiter.ts';
import { createOctokitGitHub } from '../src/github/octokit-github.ts';
import { keptInMemory } from './limits.ts';
import { withoutLimits } from '../src/domain/limits/limits.ts';

export const API = 'https://api.github.test';
export const NOW = Date.UTC(2026, 10, 20, 9, 12);

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
let installations = 100;

/** The port on a GitHub whose answers are scripted one by one, for the odd ones that a well-behaved GitHub never gives. */
export type Scripted = {
  readonly repository: RepositoryRef;
  /** What was logged. */
  readonly lines: readonly string[];
  readonly open: (apiUrl?: string) => GitHub;
  readonly api: () => nock.Scope;
  /** Gives these installation tokens, one for each time it is asked. */
  readonly mintsTokens: (...tokens: readonly string[]) => void;
};

export function scriptGitHub(): Scripted {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
  installations += 1;
  const installationId = installations;
  const lines: string[] = [];
  const api = (): nock.Scope => nock(API);
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const same = { appId: 1, privateKey, userAgent: 'reeve-test', clock: () => NOW, log, requestTimeoutMs: 300 };
  const mayWrite = async (): Promise<void> => {};
  const limiter = (): Limiter => createLimiter({ kept: keptInMemory(), clock: () => NOW, limits: withoutLimits });
  return {
    repository: { id: 5, owner: 'acme', name: 'shop', installationId },
    lines,
    open: (apiUrl = API) => createOctokitGitHub({ ...same, mayWrite, apiUrl, limiter: limiter() }),
    api,
    mintsTokens(...tokens) {
      for (const token of tokens) {
        api()
          .post(`/app/installations/${installationId}/access_tokens`)
          .reply(201, { token, expires_at: new Date(NOW + 3_600_000).toISOString(), permissions: {} });
      }
    },
  };
}

/** The calls that were scripted and never came; forgets them. */
export function unusedAnswers(): readonly string[] {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  return pending;
}
