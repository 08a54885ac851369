import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Priority } from '../domain/limits/limits.ts';
import type { GitHub, MayWrite } from './github.ts';
import type { Limiter } from './limits/limiter.ts';
import { createBoundedFetch, REQUEST_TIMEOUT_MS } from './octokit/bounded-fetch.ts';
import { APP_ACCOUNT, createCalls, settled, type Transport } from './octokit/calls.ts';
import { changeCalls } from './octokit/changes.ts';
import { checkCalls } from './octokit/checks.ts';
import { deliveryCalls } from './octokit/deliveries.ts';
import { gitAccessCalls } from './octokit/git-access.ts';
import { issueCalls, type RecentIssues } from './octokit/issues.ts';
import { createKeptAnswers } from './octokit/kept-answers.ts';
import { labelCalls } from './octokit/labels.ts';
import { meCalls, peopleCalls } from './octokit/people.ts';
import { placeCalls } from './octokit/places.ts';
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
  readonly limiter: Limiter;
  readonly requestTimeoutMs?: number;
  /** Asked before each request that is no read; what it throws is thrown, and nothing is sent. A server gives its lease's. */
  readonly mayWrite: MayWrite;
};

/** The GitHub port on Octokit. It retries nothing by itself: the outbox does, which knows what was sent. */
export function createOctokitGitHub(options: OctokitGitHubOptions): GitHub {
  const { appId, apiUrl, clock, limiter } = options;
  const callsAt = createCalls({ transport: createTransport(options), clock, limiter, kept: createKeptAnswers() });
  const who = meCalls(callsAt('people'), appId); // asked once, for everybody
  const recent: RecentIssues = new Map();
  const views = new Map<Priority, GitHub>();
  const as = (priority: Priority): GitHub => {
    const calls = callsAt(priority);
    const view = views.get(priority) ?? {
      ...peopleCalls(calls),
      ...placeCalls(calls),
      ...issueCalls(calls, { who, recent, clock }),
      ...labelCalls(calls),
      ...pullCalls(calls),
      ...checkCalls(calls, appId),
      ...deliveryCalls(calls),
      ...changeCalls(calls),
      ...gitAccessCalls(calls, apiUrl),
      me: who.me,
      as,
    };
    views.set(priority, view);
    return view;
  };
  return as('work');
}

const API_VERSION = '2022-11-28';

function createTransport(options: OctokitGitHubOptions): Transport {
  const { appId, privateKey, apiUrl, userAgent, log, clock, limiter } = options;
  const octokit = new Octokit({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent,
    request: { fetch: createBoundedFetch(options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, options.mayWrite) },
    log: {
      debug: () => {}, // whole requests, with their bodies
      info: (line: string) => log.debug(line),
      warn: (line: string) => log.warn(line),
      error: (line: string) => log.debug(line), // whoever asked hears of it as an error
    },
  });
  // A new token is asked for by the App, and a person may wait for what it is for.
  const minting = { kind: 'write', priority: 'people', resource: 'core' } as const;
  const request = octokit.request.defaults({
    request: {
      hook: async (send: typeof octokit.request, wanted: Parameters<typeof send.endpoint.parse>[0] & { url: string }) =>
        (await limiter.run(APP_ACCOUNT, minting, () => settled(() => send(wanted), clock)))(),
    },
  });
  const auth = createAppAuth({ appId, privateKey, request, log: octokit.log });
  return {
    async request(route, parameters, given) {
      const headers = { 'x-github-api-version': API_VERSION, ...given };
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
