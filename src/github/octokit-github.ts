import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { GitHub } from './github.ts';
import { createBoundedFetch, REQUEST_TIMEOUT_MS } from './octokit/bounded-fetch.ts';
import { createCalls, type Transport } from './octokit/calls.ts';
import { checkCalls } from './octokit/checks.ts';
import { deliveryCalls } from './octokit/deliveries.ts';
import { gitAccessCalls } from './octokit/git-access.ts';
import { issueCalls } from './octokit/issues.ts';
import { labelCalls } from './octokit/labels.ts';
import { peopleCalls } from './octokit/people.ts';
import { pullCalls } from './octokit/pulls.ts';

export type OctokitGitHubOptions = {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** `https://api.github.com`, or where the API of another GitHub begins. */
  readonly apiUrl: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly requestTimeoutMs?: number;
};

/** The GitHub port on Octokit. It retries and throttles nothing by itself: the outbox does, which knows what was sent. */
export function createOctokitGitHub(options: OctokitGitHubOptions): GitHub {
  const calls = createCalls(createTransport(options), options.clock);
  const people = peopleCalls(calls);
  return {
    ...people,
    ...issueCalls(calls, people.me),
    ...labelCalls(calls),
    ...pullCalls(calls),
    ...checkCalls(calls, options.appId),
    ...deliveryCalls(calls),
    ...gitAccessCalls(calls, options.apiUrl),
  };
}

const API_VERSION = '2022-11-28';

function createTransport({ appId, privateKey, apiUrl, userAgent, log, ...options }: OctokitGitHubOptions): Transport {
  const octokit = new Octokit({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent,
    request: { fetch: createBoundedFetch(options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS) },
    log: {
      debug: () => {}, // whole requests, with their bodies
      info: (line: string) => log.debug(line),
      warn: (line: string) => log.warn(line),
      error: (line: string) => log.debug(line), // whoever asked hears of it as an error
    },
  });
  const auth = createAppAuth({ appId, privateKey, request: octokit.request, log: octokit.log });
  return {
    async request(route, parameters, authorization) {
      const headers = { 'x-github-api-version': API_VERSION, ...(authorization ? { authorization } : {}) };
      const { status, data, headers: answered } = await octokit.request(route, { ...parameters, headers });
      return { status, data, headers: answered };
    },
    appToken: async () => (await auth({ type: 'app' })).token,
    async installationToken(installationId, { isFresh, only }) {
      const scope = only ? { repositoryIds: [only.repositoryId], permissions: { ...only.permissions } } : {};
      const { token, expiresAt } = await auth({ type: 'installation', installationId, refresh: isFresh, ...scope });
      return { token, expiresAt: Date.parse(expiresAt) };
    },
  };
}
