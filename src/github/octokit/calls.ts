import type { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { RepositoryRef } from '../github.ts';
import { failureOf, moved, statusOf, unreadable } from './failure.ts';

/** What GitHub answered, read but not yet checked. */
export type Answer = {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
};

/** An installation token; `expiresAt` in epoch ms. Never log it. */
export type Token = { readonly token: string; readonly expiresAt: number };

/** What we use of Octokit: one request, and the App's credentials. */
export type Transport = {
  readonly request: (
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    authorization?: string,
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
  /** One page of a list that is read by cursor. */
  readonly readPageAsApp: <T>(
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
  ) => Promise<{ readonly content: T; readonly nextCursor: string | null }>;
  /** What anybody may read; signed in as the installation that was used last, when one was. */
  readonly readPublic: <T>(route: string, parameters: Parameters, schema: z.ZodType<T>) => Promise<T>;
  /** A token that is good for at least `lifeMs` yet. */
  readonly tokenFor: (installationId: number, lifeMs: number, only?: TokenScope) => Promise<string>;
};

const API_CALL_LIFE_MS = 60_000; // longer than any call may take

type Authorize = (isFresh: boolean) => Promise<string | undefined>;
type Sent = {
  readonly route: string;
  readonly parameters: Parameters;
  readonly isWrite: boolean;
  readonly authorize: Authorize;
};

/** Sends each call once (twice when its token was not known any more) and throws what the GitHub port promises. */
export function createCalls(transport: Transport, clock: Clock): Calls {
  const tokenFor = async (installationId: number, lifeMs: number, only?: TokenScope): Promise<string> => {
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

  const send = async <T>(
    sent: Sent,
    schema: z.ZodType<T>,
  ): Promise<{ readonly content: T; readonly answer: Answer }> => {
    const { route, isWrite } = sent;
    const answer = await answered(transport, clock, sent);
    if (answer.status >= 300 && answer.status < 400) throw moved({ route, isWrite, now: clock() });
    const parsed = schema.safeParse(answer.data);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw unreadable(`${issue?.path.join('.')} ${issue?.message}`, { route, isWrite, now: clock() });
    }
    return { content: parsed.data, answer };
  };

  const asApp: Authorize = async () => `bearer ${await transport.appToken()}`;
  let usedInstallationId: number | null = null;
  const asInstallation =
    (installationId: number): Authorize =>
    async (isFresh) =>
      `token ${await tokenFor(installationId, isFresh ? Number.POSITIVE_INFINITY : API_CALL_LIFE_MS)}`;
  const inRepository = (repository: RepositoryRef, route: string, parameters: Parameters, isWrite: boolean): Sent => {
    usedInstallationId = repository.installationId;
    const authorize = asInstallation(repository.installationId);
    return { route, parameters: { owner: repository.owner, repo: repository.name, ...parameters }, isWrite, authorize };
  };

  return {
    tokenFor,
    read: async (repository, route, parameters, schema) =>
      (await send(inRepository(repository, route, parameters, false), schema)).content,
    readPage: async (repository, route, parameters, schema) => {
      const { content, answer } = await send(inRepository(repository, route, parameters, false), schema);
      return { content, lastPage: lastPageOf(answer, parameters) };
    },
    write: async (repository, route, parameters, schema) =>
      (await send(inRepository(repository, route, parameters, true), schema)).content,
    readAsApp: async (route, parameters, schema) =>
      (await send({ route, parameters, isWrite: false, authorize: asApp }, schema)).content,
    readPageAsApp: async (route, parameters, schema) => {
      const { content, answer } = await send({ route, parameters, isWrite: false, authorize: asApp }, schema);
      return { content, nextCursor: nextCursorOf(answer) };
    },
    readPublic: async (route, parameters, schema) => {
      const authorize =
        usedInstallationId === null ? () => Promise.resolve(undefined) : asInstallation(usedInstallationId);
      return (await send({ route, parameters, isWrite: false, authorize }, schema)).content;
    },
  };
}

/** Sends once; once more with a new token when GitHub does not know the one we kept, which had no effect. */
async function answered(
  transport: Transport,
  clock: Clock,
  { route, parameters, isWrite, authorize }: Sent,
): Promise<Answer> {
  const attempt = async (isFresh: boolean): Promise<Answer> => {
    const authorization = await authorize(isFresh);
    try {
      return await transport.request(route, parameters, authorization);
    } catch (error) {
      if (statusOf(error) === 401 && !isFresh) return attempt(true);
      throw failureOf(error, { route, isWrite, now: clock() });
    }
  };
  return attempt(false);
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
