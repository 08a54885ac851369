import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Transform } from 'node:stream';

import { createProxyServer } from 'httpxy';

import {
  costMicroUsdOf,
  mayAskModel,
  providerFacts,
  usesTokens,
  type ModelPrice,
  type ModelProvider,
} from '../domain/run/model-provider.ts';
import { meterRequest, type RequestMeter } from './model-tokens.ts';

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
  /** What this run has used before: the proxy of a run may have to be started anew. */
  readonly used: { readonly tokens: number; readonly costMicroUsd: number };
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
const PATH_CHARACTERS_MAX = 300; // no path that asks a model is as long
const SILENCE_MS_MAX = 600_000; // a model may think for minutes before it says anything
const STRANGERS_MAX = 64; // connections that have not said the bearer: on an open network all of this machine reaches the port
const STRANGER_MS_MAX = 30_000; // an agent says it as soon as it has connected
const REFUSALS_TOLD_MAX = 100; // enough to see that somebody tries; each costs the host a message, and refusing costs nothing
const REFUSAL_BYTES_MAX = 1_000_000; // sentences
const headersOfOurs = ['set-cookie', 'connection', 'transfer-encoding'];
const credentials = ['authorization', 'x-api-key', 'x-goog-api-key', 'cookie', 'proxy-authorization'];
// They could make another request, or another account's, of what was let through.
const meddling = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-goog-user-project', 'upgrade'];

/** What has been used so far. Requests under way have used nothing yet, so the caps may be passed by what those bring. */
type Used = { tokens: number; costMicroUsd: number; requests: number; asking: number; refused: number };

/** One request, as far as it was looked at. */
type Asking = { readonly meter: RequestMeter; readonly begunAt: number; isCounted: boolean };

/**
 * A model's API for one run: takes the run's own bearer, asks with the real key, and only what asks a model; refuses once
 * the run has used up what it may. It listens nowhere: connections are handed to the server that it gives.
 */
export function createModelProxy(options: ModelProxyOptions): Server {
  const { provider, upstream, key, onAsked } = options;
  const used: Used = { ...options.used, requests: 0, asking: 0, refused: 0 };
  const [keyHeader, keyValue] = providerFacts[provider].header(key);
  const proxy = createProxyServer({
    ...{ target: upstream, changeOrigin: true, xfwd: false, secure: true, selfHandleResponse: true },
    ...{ headers: { [keyHeader]: keyValue, 'accept-encoding': 'identity' }, proxyTimeout: SILENCE_MS_MAX },
  });
  const askings = new WeakMap<IncomingMessage, Asking>();
  const count = (request: IncomingMessage, isWhole: boolean): void => {
    const asking = askings.get(request);
    if (!asking || asking.isCounted) return;
    asking.isCounted = true;
    if (!usesTokens(request.method ?? '', pathOf(request))) return;
    const tokens = asking.meter.sum(isWhole);
    used.tokens += tokens.input + tokens.output;
    if (options.price) used.costMicroUsd += costMicroUsdOf(tokens, options.price);
  };
  const tell = (request: IncomingMessage, status: number): void => {
    const ms = Math.round(performance.now() - (askings.get(request)?.begunAt ?? performance.now()));
    const costMicroUsd = options.price ? used.costMicroUsd : null;
    const path = pathOf(request).slice(0, PATH_CHARACTERS_MAX);
    onAsked({ method: request.method ?? '', path, status, ms, tokens: used.tokens, costMicroUsd });
  };
  proxy.on('proxyRes', (answer, request, response) => {
    const meter = askings.get(request as IncomingMessage)?.meter;
    answer.once('end', () => count(request as IncomingMessage, true));
    handOn(answer, { response: response as ServerResponse, meter, key });
  });
  proxy.on('error', (_error, request, response) => {
    if (response instanceof Object && 'writeHead' in response && !response.headersSent) {
      askings.get(request as IncomingMessage)?.meter.answered(UNREACHABLE, '');
      return refuse(response as ServerResponse, UNREACHABLE, 'api_error', 'The model could not be reached.');
    }
    (response as { destroy?: () => void } | undefined)?.destroy?.();
  });

  const strangers = createStrangers();
  const server = createServer((request, response) => {
    const why = whyNot(options, used, request);
    if (why?.[0] !== 401) strangers.forget(request.socket);
    if (why !== null) used.refused += 1;
    if (why === null || used.refused <= REFUSALS_TOLD_MAX)
      response.once('close', () => tell(request, response.headersSent ? response.statusCode : CUT_OFF));
    if (why !== null) return refuse(response, ...why);
    const meter = meterRequest(provider);
    askings.set(request, { meter, begunAt: performance.now(), isCounted: false });
    for (const name of [...credentials, ...meddling]) delete request.headers[name];
    request.url = withoutKey(request.url ?? '/');
    used.requests += 1;
    used.asking += 1;
    response.prependOnceListener('close', () => {
      used.asking -= 1;
      count(request, false); // one that is cut off, by whomever, has been asked for all the same
    });
    const buffer = bodyOf(request, meter).on('error', () => response.destroy());
    void proxy.web(request, response, { buffer }).catch(() => response.destroy());
  });
  server.on('connection', strangers.take);
  server.maxHeadersCount = 200;
  server.requestTimeout = 0; // a body may be large and a sandbox slow; the run has limits of its own
  return server;
}

const UNREACHABLE = 502;
const CUT_OFF = 499; // as proxies write it down: whoever asked did not wait for the answer

type HandingOn = { readonly response: ServerResponse; readonly meter: RequestMeter | undefined; readonly key: string };

/** Sends on what the model answers, without what is not for the agent. */
function handOn(answer: IncomingMessage, { response, meter, key }: HandingOn): void {
  const status = answer.statusCode ?? UNREACHABLE;
  meter?.answered(status, answer.headers['content-type'] ?? '');
  if (status === 401 || status === 403) {
    answer.resume(); // the key is none of the agent's business, also when it is wrong
    return refuse(response, status, 'authentication_error', 'The model refused the key of this server.');
  }
  const kept = Object.entries(answer.headers).filter(
    ([name, value]) => !headersOfOurs.includes(name) && !String(value).includes(key),
  );
  if (status < 400) {
    response.writeHead(status, Object.fromEntries(kept));
    answer.on('data', (bytes: Buffer) => meter?.take(bytes));
    return void answer.pipe(response);
  }
  const chunks: Buffer[] = []; // servers that refuse something like to quote what they were asked with
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= REFUSAL_BYTES_MAX) chunks.push(chunk);
  });
  answer.once('end', () => {
    response.writeHead(status, Object.fromEntries(kept.filter(([name]) => name !== 'content-length')));
    response.end(Buffer.concat(chunks).toString('latin1').replaceAll(key, '[redacted]'), 'latin1');
  });
}

/** Connections that have not said the bearer yet. Those that say nothing go, the oldest first. */
function createStrangers() {
  const timers = new Map<Socket, NodeJS.Timeout>();
  const forget = (socket: Socket): void => {
    clearTimeout(timers.get(socket));
    timers.delete(socket);
  };
  const take = (socket: Socket): void => {
    timers.set(
      socket,
      setTimeout(() => socket.destroy(), STRANGER_MS_MAX),
    );
    socket.once('close', () => forget(socket));
    if (timers.size > STRANGERS_MAX) timers.keys().next().value?.destroy();
  };
  return { take, forget };
}

type Refusal = readonly [status: number, type: string, message: string];

function whyNot(options: ModelProxyOptions, used: Used, request: IncomingMessage): Refusal | null {
  const { provider, tokensMax, costMicroUsdMax } = options;
  if (!isBearer(request, options.bearer)) return [401, 'authentication_error', 'This is not the bearer of this run.'];
  const path = pathOf(request);
  if (path.length > PATH_CHARACTERS_MAX || !mayAskModel(provider, request.method ?? '', path))
    return [403, 'permission_error', 'Only a model may be asked here.'];
  if (tokensMax !== null && used.tokens >= tokensMax)
    return budget(`It has used ${used.tokens} tokens of ${tokensMax}.`);
  if (options.price && costMicroUsdMax !== null && used.costMicroUsd >= costMicroUsdMax)
    return budget(`It has spent ${used.costMicroUsd} micro dollars of ${costMicroUsdMax}.`);
  if (used.requests >= REQUESTS_MAX) return budget(`It has asked more than ${REQUESTS_MAX} times.`);
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
    addressOf(url).searchParams.get('key') ?? undefined,
  ];
  return said.some((one) => typeof one === 'string' && isSame(one, bearer));
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Of what came from anybody: what is no address is one that nothing answers to. */
function addressOf(url: string | undefined): URL {
  const base = 'http://run';
  return new URL(url !== undefined && URL.canParse(url, base) ? url : '/', base);
}

function pathOf({ url }: IncomingMessage): string {
  return addressOf(url).pathname;
}

function withoutKey(url: string): string {
  const { pathname, searchParams } = addressOf(url);
  searchParams.delete('key');
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams.toString()}`;
}

/** The request's body, which ends in an error when it is larger than any conversation. */
function bodyOf(request: IncomingMessage, meter: RequestMeter): Transform {
  let bytes = 0;
  return request.pipe(
    new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.length;
        meter.asked(chunk);
        done(bytes > BODY_BYTES_MAX ? new Error('The request is too large.') : null, chunk);
      },
    }),
  );
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, code: status, message } }));
}
