import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Transform } from 'node:stream';

import { createProxyServer } from 'httpxy';

import {
  costMicroUsdOf,
  mayAskModel,
  providerFacts,
  type ModelPrice,
  type ModelProvider,
} from '../domain/run/model-provider.ts';
import { watchTokens } from './model-tokens.ts';

/** Everything that the proxy of one run works with; `key` never leaves it but to the model. */
export type ModelProxyOptions = {
  readonly provider: ModelProvider;
  /** Where the model's API is: an origin, with a path before the API's own if need be. */
  readonly upstream: string;
  readonly key: string;
  /** What the agent says instead of the key. */
  readonly bearer: string;
  readonly price: ModelPrice | null;
  readonly tokensMax: number | null;
  readonly costMicroUsdMax: number | null;
  readonly onAsked: (asked: ModelRequest) => void;
};

/** One request that was sent on, or refused, once its answer has ended. The sums are of the whole run so far. */
export type ModelRequest = {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly tokens: number;
  readonly costMicroUsd: number | null;
};

const BODY_BYTES_MAX = 64_000_000; // a conversation with pictures; providers take half of it
const ASKING_MAX = 64; // at the same time; agents ask with a few helpers
const REQUESTS_MAX = 20_000; // of one run
const PATH_CHARACTERS_MAX = 300;
const SILENCE_MS_MAX = 600_000; // a model may think for minutes before it says anything
const credentials = ['authorization', 'x-api-key', 'x-goog-api-key', 'cookie', 'proxy-authorization'];

/** What has been used so far. Requests under way have used nothing yet, so the caps may be passed by what those bring. */
type Used = { tokens: number; costMicroUsd: number; requests: number; asking: number };

/**
 * A model's API for one run: takes the run's own bearer, asks with the real key, and only what asks a model; refuses once
 * the run has used up what it may. It listens nowhere: connections are handed to the server that it gives.
 */
export function createModelProxy(options: ModelProxyOptions): Server {
  const { provider, upstream, key, onAsked } = options;
  const used: Used = { tokens: 0, costMicroUsd: 0, requests: 0, asking: 0 };
  const [keyHeader, keyValue] = providerFacts[provider].header(key);
  const proxy = createProxyServer({
    ...{ target: upstream, changeOrigin: true, xfwd: false, secure: true, selfHandleResponse: true },
    ...{ headers: { [keyHeader]: keyValue, 'accept-encoding': 'identity' }, proxyTimeout: SILENCE_MS_MAX },
  });
  const starts = new WeakMap<IncomingMessage, number>();
  const tell = (request: IncomingMessage, status: number): void => {
    const ms = Math.round(performance.now() - (starts.get(request) ?? performance.now()));
    const costMicroUsd = options.price ? used.costMicroUsd : null;
    onAsked({ method: request.method ?? '', path: pathOf(request), status, ms, tokens: used.tokens, costMicroUsd });
  };

  proxy.on('proxyRes', (answer, _request, response) => {
    const status = answer.statusCode ?? 502;
    if (status === 401 || status === 403) {
      answer.resume(); // such answers like to quote the key
      return refuse(
        response as ServerResponse,
        status,
        'authentication_error',
        'The model refused the key of this server.',
      );
    }
    const { 'set-cookie': _, connection: __, 'transfer-encoding': ___, ...headers } = answer.headers;
    (response as ServerResponse).writeHead(status, headers);
    const watched = watchTokens(String(headers['content-type'] ?? ''));
    answer.on('data', (bytes: Buffer) => watched.take(bytes));
    let isCounted = false;
    const count = (): void => {
      if (isCounted) return;
      isCounted = true;
      const tokens = watched.sum();
      used.tokens += tokens.input + tokens.output;
      if (options.price) used.costMicroUsd += costMicroUsdOf(tokens, options.price);
    };
    answer.once('end', count).once('close', count); // one that is broken off has used what it told so far
    answer.pipe(response as ServerResponse);
  });
  proxy.on('error', (_error, _request, response) => {
    if (response instanceof Object && 'writeHead' in response && !response.headersSent)
      return refuse(response as ServerResponse, 502, 'api_error', 'The model could not be reached.');
    (response as { destroy?: () => void } | undefined)?.destroy?.();
  });

  const server = createServer((request, response) => {
    starts.set(request, performance.now());
    used.requests += 1;
    response.once('close', () => tell(request, response.statusCode));
    const why = whyNot(options, used, request);
    if (why !== null) return refuse(response, ...why);
    for (const name of credentials) delete request.headers[name];
    request.url = withoutKey(request.url ?? '/');
    used.asking += 1;
    response.once('close', () => {
      used.asking -= 1;
    });
    const buffer = bodyOf(request).on('error', () => response.destroy());
    void proxy.web(request, response, { buffer }).catch(() => response.destroy());
  });
  server.maxHeadersCount = 200;
  server.requestTimeout = 0; // a body may be large and a sandbox slow; the run has limits of its own
  return server;
}

type Refusal = readonly [status: number, type: string, message: string];

function whyNot(options: ModelProxyOptions, used: Used, request: IncomingMessage): Refusal | null {
  const { provider, tokensMax, costMicroUsdMax } = options;
  if (!isBearer(request, options.bearer)) return [401, 'authentication_error', 'This is not the bearer of this run.'];
  if (!mayAskModel(provider, request.method ?? '', pathOf(request)))
    return [403, 'permission_error', 'Only a model may be asked here.'];
  if (tokensMax !== null && used.tokens >= tokensMax)
    return budget(`It has used ${used.tokens} tokens of ${tokensMax}.`);
  if (options.price && costMicroUsdMax !== null && used.costMicroUsd >= costMicroUsdMax)
    return budget(`It has spent ${used.costMicroUsd} micro dollars of ${costMicroUsdMax}.`);
  if (used.requests > REQUESTS_MAX) return budget(`It has asked more than ${REQUESTS_MAX} times.`);
  return used.asking >= ASKING_MAX ? [429, 'rate_limit_error', 'Too many requests at the same time.'] : null;
}

/** No status that programs try again by themselves. */
function budget(what: string): Refusal {
  return [402, 'budget_exceeded', `The budget of this run is used up. ${what}`];
}

/** By any of the ways in which programs send a key. */
function isBearer({ headers, url }: IncomingMessage, bearer: string): boolean {
  const said = [
    headers.authorization?.replace(/^Bearer /i, ''),
    headers['x-api-key'],
    headers['x-goog-api-key'],
    new URL(url ?? '/', 'http://run').searchParams.get('key') ?? undefined,
  ];
  return said.some((one) => typeof one === 'string' && isSame(one, bearer));
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function pathOf({ url }: IncomingMessage): string {
  return new URL(url ?? '/', 'http://run').pathname.slice(0, PATH_CHARACTERS_MAX);
}

function withoutKey(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://run');
  searchParams.delete('key');
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
}

/** The request's body, which ends in an error when it is larger than any conversation. */
function bodyOf(request: IncomingMessage): Transform {
  let bytes = 0;
  return request.pipe(
    new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.length;
        done(bytes > BODY_BYTES_MAX ? new Error('The request is too large.') : null, chunk);
      },
    }),
  );
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, code: status, message } }));
}
