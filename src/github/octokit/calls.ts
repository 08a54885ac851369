import type { z } from 'zod';
import { heardNothing } from '../../domain/limits/heed.ts';
import type { Priority, Wanted } from '../../domain/limits/limits.ts';
import type { Clock } from '../../lib/clock.ts';
import { crashPoint } from '../../lib/crash-point.ts';
import type { RepositoryRef } from '../github.ts';
import type { Limiter, Outcome } from '../limits/limiter.ts';
import { answerOf, failureOf, moved, statusOf, unreadable } from './failure.ts';
import { heardIn, type Answer } from './heard.ts';
import type { KeptAnswers } from './kept-answers.ts';

/** An installation token; `expiresAt` in epoch ms. Never log it. */
export type Token = { readonly token: string; readonly expiresAt: number };

/** What we use of Octokit: one request, and the App's credentials. */
export type Transport = {
  readonly request: (
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** A JSON web token of the App itself. */
  readonly appToken: () => Promise<string>;
  /** A kept one or a new one. `isFresh`: surely a new one. `only`: for one repository, with these permissions alone. */
  readonly installationToken: (
    installationId: number,
    options: { readonly isFresh: boolean; readonly only?: TokenScope },
  ) => Promise<Token>;
};

/** Less than the whole installation: one repository, and what may be done there. */
export type TokenScope = {
  readonly repositoryId: number;
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
};

type Parameters = Readonly<Record<string, unknown>>;

/** Calls on behalf of an installation or of the App, with their answers checked and their failures told apart. */
export type Calls = {
  readonly read: <T>(
    repository: RepositoryRef,
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
  ) => Promise<T>;
  readonly readPage: <T>(
    repository: RepositoryRef,
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
  ) => Promise<{ readonly content: T; readonly lastPage: number }>;
  readonly write: <T>(
    repository: RepositoryRef,
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
  ) => Promise<T>;
  readonly readAsApp: <T>(route: string, parameters: Parameters, schema: z.ZodType<T>) => Promise<T>;
  readonly readPageAsApp: <T>(route: string, parameters: Parameters, schema: z.ZodType<T>) => Promise<AppPage<T>>;
  readonly writeAsApp: <T>(route: string, parameters: Parameters, schema: z.ZodType<T>) => Promise<T>;
  /** As an installation, of what is in no one repository. */
  readonly readPageAsInstallation: <T>(
    installationId: number,
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
  ) => Promise<{ readonly content: T; readonly lastPage: number }>;
  /** What anybody may read; signed in as that installation, when there is one. */
  readonly readPublic: <T>(
    installationId: number | null,
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
  ) => Promise<T>;
  /** With a new token for that scope alone, so that the answer is of this moment and of nothing else. */
  readonly readOnly: <T>(installationId: number, only: TokenScope, route: string, schema: z.ZodType<T>) => Promise<T>;
  /** A token that is good for at least `lifeMs` yet. */
  readonly tokenFor: (installationId: number, lifeMs: number, only?: TokenScope) => Promise<string>;
};

/** One page of a list of the App's, read by cursor or by number. `at` is GitHub's own clock (epoch ms), when it told. */
export type AppPage<T> = {
  readonly content: T;
  readonly nextCursor: string | null;
  readonly lastPage: number;
  readonly at: number | null;
};

const API_CALL_LIFE_MS = 60_000; // longer than any call may take

/** As GitHub counts: for the App itself, whose tokens are minted by it too. */
export const APP_ACCOUNT = 'app';
const ANONYMOUS_ACCOUNT = 'anonymous';

type Authorize = (isFresh: boolean) => Promise<string | undefined>;
/** On whose behalf: whose limits it draws on, and with which credential. */
type Behalf = { readonly account: string; readonly authorize: Authorize };
type Sent = Behalf & { readonly route: string; readonly parameters: Parameters; readonly isWrite: boolean };

/** What all calls of one server share. */
export type Line = {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly kept: KeptAnswers;
};

/**
 * Sends each call once (twice when its token was not known any more) and throws what the GitHub port promises. Every one
 * waits for its turn, by its priority. Git's own requests do not pass here: GitHub does not count them.
 */
export function createCalls(line: Line): (priority: Priority) => Calls {
  const tokenFor = createTokens(line);
  return (priority) => callsOf({ line, tokenFor }, priority);
}

type TokenFor = Calls['tokenFor'];

function createTokens({ transport, clock }: Line): TokenFor {
  return async (installationId, lifeMs, only) => {
    const options = only ? { only } : {};
    const mint = (isFresh: boolean): Promise<Token> =>
      transport.installationToken(installationId, { ...options, isFresh });
    try {
      const kept = await mint(false);
      return kept.expiresAt - clock() < lifeMs ? (await mint(true)).token : kept.token;
    } catch (error) {
      throw failureOf(error, { route: 'POST /app/installations/{id}/access_tokens', isWrite: false, now: clock() });
    }
  };
}

type Shared = { readonly line: Line; readonly tokenFor: TokenFor };

type Send = <T>(sent: Sent, schema: z.ZodType<T>) => Promise<{ readonly content: T; readonly answer: Answer }>;

function createSend(line: Line, priority: Priority): Send {
  const { clock } = line;
  return async (sent, schema) => {
    const { route, isWrite } = sent;
    const answer = await answered(line, priority, sent);
    if (answer.status >= 300 && answer.status < 400) throw moved({ route, isWrite, now: clock() });
    const parsed = schema.safeParse(answer.data);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw unreadable(`${issue?.path.join('.')} ${issue?.message}`, { route, isWrite, now: clock() });
    }
    return { content: parsed.data, answer };
  };
}

/** On whose behalf a call is made, and with which token. */
function createBehalves({ line: { transport }, tokenFor }: Shared) {
  return {
    asApp: { account: APP_ACCOUNT, authorize: async () => `bearer ${await transport.appToken()}` } satisfies Behalf,
    asAnybody: { account: ANONYMOUS_ACCOUNT, authorize: async () => undefined } satisfies Behalf,
    asInstallation: (installationId: number): Behalf => ({
      account: `installation ${installationId}`,
      authorize: async (isFresh) =>
        `token ${await tokenFor(installationId, isFresh ? Number.POSITIVE_INFINITY : API_CALL_LIFE_MS)}`,
    }),
  };
}

function callsOf(shared: Shared, priority: Priority): Calls {
  const { line, tokenFor } = shared;
  const send = createSend(line, priority);
  const { asApp, asAnybody, asInstallation } = createBehalves(shared);
  const inRepository = (repository: RepositoryRef, route: string, parameters: Parameters, isWrite: boolean): Sent => {
    const place = { owner: repository.owner, repo: repository.name };
    return { ...asInstallation(repository.installationId), route, parameters: { ...place, ...parameters }, isWrite };
  };

  return {
    tokenFor,
    read: async (repository, route, parameters, schema) =>
      (await send(inRepository(repository, route, parameters, false), schema)).content,
    readPage: async (repository, route, parameters, schema) => {
      const { content, answer } = await send(inRepository(repository, route, parameters, false), schema);
      return { content, lastPage: lastPageOf(answer, parameters) };
    },
    write: async (repository, route, parameters, schema) => {
      crashPoint('github.sending');
      const { content } = await send(inRepository(repository, route, parameters, true), schema);
      crashPoint('github.sent');
      return content;
    },
    readOnly: async (installationId, only, route, schema) => {
      const authorize: Authorize = async () =>
        `token ${await tokenFor(installationId, Number.POSITIVE_INFINITY, only)}`;
      const behalf = { ...asInstallation(installationId), authorize };
      return (await send({ ...behalf, route, parameters: {}, isWrite: false }, schema)).content;
    },
    readAsApp: async (route, parameters, schema) =>
      (await send({ ...asApp, route, parameters, isWrite: false }, schema)).content,
    readPageAsApp: async (route, parameters, schema) => {
      const { content, answer } = await send({ ...asApp, route, parameters, isWrite: false }, schema);
      const lastPage = lastPageOf(answer, parameters);
      return { content, nextCursor: nextCursorOf(answer), lastPage, at: dateOf(answer) };
    },
    writeAsApp: async (route, parameters, schema) =>
      (await send({ ...asApp, route, parameters, isWrite: true }, schema)).content,
    readPageAsInstallation: async (installationId, route, parameters, schema) => {
      const behalf = asInstallation(installationId);
      const { content, answer } = await send({ ...behalf, route, parameters, isWrite: false }, schema);
      return { content, lastPage: lastPageOf(answer, parameters) };
    },
    readPublic: async (installationId, route, parameters, schema) => {
      const behalf = installationId === null ? asAnybody : asInstallation(installationId);
      return (await send({ ...behalf, route, parameters, isWrite: false }, schema)).content;
    },
  };
}

/** Sends once; once more with a new token when GitHub does not know the one we kept, which had no effect. */
async function answered(line: Line, priority: Priority, sent: Sent): Promise<Answer> {
  const { clock, limiter } = line;
  const { account, route, isWrite } = sent;
  const attempt = async (isFresh: boolean): Promise<Answer> => {
    const authorization = await sent.authorize(isFresh);
    try {
      const wanted = { kind: kindOf(route), priority, resource: RESOURCE } as const;
      return (await limiter.run(account, wanted, () => ask(line, sent, authorization)))();
    } catch (error) {
      if (statusOf(error) === 401 && !isFresh) return attempt(true);
      throw failureOf(error, { route, isWrite, now: clock() });
    }
  };
  return attempt(false);
}

const RESOURCE = 'core'; // we neither search nor speak GraphQL, which have limits of their own

/** Asks only whether a read is still what we keep. The result gives the answer, or throws what Octokit threw. */
async function ask(
  { transport, clock, kept }: Line,
  { account, route, parameters }: Sent,
  authorization: string | undefined,
): Promise<Outcome<() => Answer>> {
  const isRead = kindOf(route) === 'read';
  const key = `${account} ${route} ${JSON.stringify(parameters)}`;
  const known = isRead ? kept.recall(key) : null;
  const headers = { ...(authorization && { authorization }), ...(known && { 'if-none-match': known.tag }) };
  return settled(async () => {
    try {
      const answer = await transport.request(route, parameters, headers);
      if (isRead) kept.keep(key, answer);
      return answer;
    } catch (error) {
      if (known === null || statusOf(error) !== 304) throw error;
      const answer = known.unchanged();
      const fresh = answerOf(error)?.headers;
      // What was kept knows the other pages; only what came now knows the time.
      return { ...answer, headers: { ...fresh, ...answer.headers, date: fresh?.['date'] }, isUnchanged: true };
    }
  }, clock);
}

/** Runs a request to its end, whatever that is, and reads off what was said about limits. */
export async function settled<Result extends Answer & { readonly isUnchanged?: boolean }>(
  request: () => Promise<Result>,
  clock: Clock,
): Promise<Outcome<() => Result>> {
  try {
    const answer = await request();
    const status = answer.isUnchanged === true ? 304 : answer.status;
    return { result: () => answer, heard: heardIn({ ...answer, status, message: '' }, clock()) };
  } catch (error) {
    const answer = answerOf(error);
    return {
      result: () => {
        throw error;
      },
      heard: answer ? heardIn(answer, clock()) : heardNothing,
    };
  }
}

/** Where people are told of what is made; GitHub counts these in limits of their own. */
const contentRoute = /^POST \/repos\/[^/]+\/[^/]+\/(issues|pulls)(\/[^/]+\/(comments|reviews))?$/;

function kindOf(route: string): Wanted['kind'] {
  if (/^(GET|HEAD) /.test(route)) return 'read';
  return contentRoute.test(route) ? 'content' : 'write';
}

/** The moment at which GitHub answered, to the second. */
function dateOf({ headers }: Answer): number | null {
  const at = Date.parse(String(headers['date'] ?? ''));
  return Number.isNaN(at) ? null : at;
}

/** From the `Link` header; without one, this page is the last. */
function nextCursorOf({ headers }: Answer): string | null {
  const cursor = /<[^>]*[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(String(headers['link'] ?? ''))?.[1];
  return cursor === undefined ? null : decodeURIComponent(cursor);
}

/** From the `Link` header; without one, this page is the last. */
function lastPageOf({ headers }: Answer, parameters: Parameters): number {
  const last = /<[^>]*[?&]page=(\d+)[^>]*>; rel="last"/.exec(String(headers['link'] ?? ''))?.[1];
  const page = parameters['page'];
  return last === undefined ? (typeof page === 'number' ? page : 1) : Number(last);
}
