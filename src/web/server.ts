import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { messageOf, UserError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Intake } from './intake.ts';
import { bodyLimits, isAnnouncedTooLarge } from './read-body.ts';
import { createReadiness } from './readiness.ts';

export type WebServerOptions = {
  /** Null on a server that takes no deliveries: it answers for its health alone. */
  readonly intake: Intake | null;
  /** What keeps the server from doing its work, as sentences; empty when nothing does. */
  readonly isReady: () => Promise<readonly string[]>;
  /** What people should look at though the server works, as sentences. They leave it ready. */
  readonly warnings?: () => Promise<readonly string[]>;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly log: Logger;
};

export type WebServer = {
  /** Resolves once connections are accepted, with the server's own URL. Throws UserError `cannot-listen`. */
  start(): Promise<string>;
  /** Accepts no more, lets the requests in hand end (but not for ever), then resolves. Harmless when repeated. */
  stop(): Promise<void>;
};

const WEBHOOKS_PATH = '/api/github/webhooks';
const HEADERS_MS_MAX = 10_000; // who needs longer is holding the connection open
const REQUEST_MS_MAX = 30_000; // above the body's own limit, which answers politely
const LOOK_MS = 2000; // how late these two may act: Node's own 30 s would let a slow sender stay four times as long
const CONNECTIONS_MAX = 1000; // far above what GitHub opens, far below what a process may
const HEADER_BYTES_MAX = 16_384;
const STOP_MS_MAX = 10_000; // as long as GitHub waits for an answer

/** The one HTTP server: webhooks, `/healthz` (alive) and `/readyz` (able to work). Everything else is 404, and so are webhooks without an intake. */
export function createWebServer({ intake, isReady, warnings, host, port, log }: WebServerOptions): WebServer {
  const readiness = createReadiness({ isReady, warnings, log });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === WEBHOOKS_PATH && intake !== null) {
      if (request.method === 'POST') return intake(request, response);
      return send(response, 405, { error: 'only POST is answered here' }, { allow: 'POST' });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 404, { error: 'not found' });
    if (path === '/healthz') return send(response, 200, { alive: true });
    if (path === '/readyz') {
      const answer = await readiness();
      return send(response, answer.ready ? 200 : 503, answer);
    }
    return send(response, 404, { error: 'not found' });
  };
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'A request could not be answered.');
      response.destroy();
    });
  };
  const server = createServer(
    {
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      connectionsCheckingInterval: LOOK_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    take,
  );
  // Who asks before sending is told to go on only if what they announce may be sent at all.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isAnnouncedTooLarge(request, bodyLimits)) response.writeContinue();
    take(request, response);
  });
  server.maxConnections = CONNECTIONS_MAX;
  return { start: () => listen(server, host, port), stop: () => close(server) };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(`${JSON.stringify(body)}\n`);
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      const where = `${host}:${port}`;
      const text = `The server cannot listen on ${where} (${messageOf(error)}); set PORT or HOST to what is free here.`;
      reject(new UserError('cannot-listen', text, { cause: error }));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      const address = server.address();
      const taken = typeof address === 'object' && address ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    const timer = setTimeout(() => server.closeAllConnections(), STOP_MS_MAX);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
