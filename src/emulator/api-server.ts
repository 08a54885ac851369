import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { authenticate } from './authenticate.ts';
import type { Contract } from './contract.ts';
import type { Answer, Dispatch } from './dispatch.ts';
import { Refusal } from './errors.ts';
import { etagOf, isNotModified } from './etags.ts';
import type { Failure, Faults, RequestPlan } from './faults.ts';
import { withoutRecent } from './faults/stale.ts';
import type { Hub } from './hub.ts';
import { parseJson, readBytes } from './read-body.ts';
import type { RateHeaders } from './rate-limits.ts';
import type { RequestLog } from './request-log.ts';
import { nameOf, ownerOf, type Caller } from './state/actor.ts';

export type ApiServer = {
  readonly hub: Hub;
  readonly dispatch: Dispatch;
  readonly contract: Contract;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Where answers that break the contract are noted; null: they are not checked. */
  readonly responseProblems: string[] | null;
};

type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  caller: Caller;
  body: unknown;
};

/** Answers one API request over HTTP: credential, limits, faults, contract, route, ETag, log. */
export async function serveApi(server: ApiServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { hub, faults } = server;
  const url = new URL(request.url ?? '/', hub.url);
  const exchange: Exchange = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    request,
    caller: { kind: 'anonymous' },
    body: undefined,
  };
  const plan = faults.take({ method: exchange.method, path: exchange.path });
  if (plan.delayMs > 0) await elapsed(plan.delayMs);
  const answer = await answerTo(server, exchange, plan);
  if (answer === 'reset') {
    record(server, exchange, 0);
    response.destroy();
    return;
  }
  send(server, exchange, { answer, response, cutAtByte: plan.cutAtByte });
}

async function answerTo(server: ApiServer, exchange: Exchange, plan: RequestPlan): Promise<Answer | 'reset'> {
  const { hub, dispatch } = server;
  const { method, path, query, request } = exchange;
  try {
    const bytes = await readBytes(request);
    exchange.body = parseJson(bytes);
    exchange.caller = authenticate(hub, request.headers.authorization);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, headers: {}, body: error.body };
  }
  const { caller, body } = exchange;
  const rated = hub.rateLimits.begin(ratedCall(exchange));
  if (rated.kind === 'refused') {
    return { status: rated.status, headers: rated.headers, body: refusalBody(rated.status, rated.message) };
  }
  if (plan.before !== null)
    return failed(plan.before, rated.end(plan.before.kind === 'status' ? plan.before.status : 0));
  const accept = request.headers.accept ?? '';
  const answer = await dispatch({ caller, method, path, query, body, accept }).catch((error: unknown) => {
    rated.end(500);
    throw error;
  });
  if (plan.after !== null) return failed(plan.after, rated.end(plan.after.kind === 'status' ? plan.after.status : 0));
  const current = plan.staleMs > 0 ? stale(answer, hub.clock() - plan.staleMs) : answer;
  const fresh = method === 'GET' ? conditional(current, request.headers['if-none-match']) : current;
  return { ...fresh, headers: { ...rated.end(fresh.status), ...fresh.headers } };
}

function failed(failure: Failure, limits: RateHeaders): Answer | 'reset' {
  if (failure.kind === 'reset') return 'reset';
  const body = refusalBody(failure.status, failure.message);
  return { status: failure.status, headers: { ...limits, ...failure.headers }, body };
}

const refusalBody = (status: number, message: string): unknown => new Refusal(status, message).body;

/** A list as a replica that lags behind has it, also when it is inside an object. */
function stale(answer: Answer, instant: number): Answer {
  const { body } = answer;
  if (Array.isArray(body)) return { ...answer, body: withoutRecent(body, instant) };
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return answer;
  const parts = Object.entries(body).map(([key, value]: [string, unknown]) => [
    key,
    Array.isArray(value) ? withoutRecent(value, instant) : value,
  ]);
  return { ...answer, body: Object.fromEntries(parts) };
}

function conditional(answer: Answer, ifNoneMatch: string | undefined): Answer {
  if (answer.status !== 200 || answer.body === undefined) return answer;
  const etag = etagOf(Buffer.isBuffer(answer.body) ? answer.body.toString('base64') : JSON.stringify(answer.body));
  const headers = { ...answer.headers, etag, 'cache-control': 'private, max-age=60, s-maxage=60' };
  if (isNotModified(ifNoneMatch, etag)) return { status: 304, headers, body: undefined };
  return { ...answer, headers };
}

type Sending = { readonly answer: Answer; readonly response: ServerResponse; readonly cutAtByte: number | null };

function send(server: ApiServer, exchange: Exchange, { answer, response, cutAtByte }: Sending): void {
  const { method, path } = exchange;
  const { status, body } = answer;
  record(server, exchange, status);
  const isRaw = Buffer.isBuffer(body);
  if (!isRaw) noteResponseProblems(server, { method, path, status, body });
  const bytes = isRaw ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, {
    'x-github-request-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-github-api-version-selected': '2022-11-28',
    'x-github-media-type': 'github.v3; format=json',
    date: new Date(server.hub.clock()).toUTCString(),
    ...(bytes.length > 0 && { 'content-type': 'application/json; charset=utf-8' }),
    ...(status !== 204 && status !== 304 && { 'content-length': String(bytes.length) }),
    ...answer.headers,
  });
  if (cutAtByte === null) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, cutAtByte), () => response.destroy());
}

type Sent = { readonly method: string; readonly path: string; readonly status: number; readonly body: unknown };

function noteResponseProblems({ contract, responseProblems }: ApiServer, { method, path, status, body }: Sent): void {
  if (responseProblems === null || contract.operation(method, path) === null) return;
  if (status === 400 || status === 413) return; // of HTTP itself, on every operation
  const seen: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  for (const problem of contract.responseProblems({ method, path, status, body: seen })) {
    // Some operations list two shapes of errors of which every error has both.
    if (status >= 400 && problem.includes('exactly one schema in oneOf')) continue;
    responseProblems.push(`${method} ${path} ${status}: ${problem}`);
  }
}

function record({ contract, hub, log }: ApiServer, exchange: Exchange, status: number): void {
  const { method, path, query, body, caller } = exchange;
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const problems = path === '/graphql' ? [] : contract.requestProblems({ method, path, query, body });
  log.add({ at: hub.clock(), method, path: `${path}${search}`, body, status, actor: nameOf(caller), problems });
}

const content = /^\/repos\/[^/]+\/[^/]+\/(issues|pulls)(\/\d+\/(comments|reviews))?$/;

function ratedCall({ method, path, caller, body }: Exchange): Parameters<Hub['rateLimits']['begin']>[0] {
  const isGraphql = path === '/graphql';
  const text = isGraphql && typeof body === 'object' && body !== null && 'query' in body ? String(body.query) : '';
  return {
    owner: ownerOf(caller),
    method,
    resource: isGraphql ? 'graphql' : path.startsWith('/search/') ? 'search' : 'core',
    isMutation: /^\s*mutation\b/.test(text),
    createsContent: method === 'POST' && content.test(path),
    isFree: path === '/rate_limit',
  };
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
