import { createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { deferred } from './deferred.ts';

export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

export type PostOutcome = {
  /** In GitHub's words: 'OK', 'Invalid HTTP Response: 503', 'timed out', 'failed to connect to host'. */
  readonly status: string;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | null;
  readonly durationMs: number;
};

/** The signatures that GitHub sends with a body. */
export function signatureHeaders(secret: string, body: string): Readonly<Record<string, string>> {
  return {
    'X-Hub-Signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

/** More of an answer is not kept. */
const answerCharactersMax = 64_000;

/** One attempt: no redirects, no retries. `ended` never rejects; `sent` resolves when the body is on its way, or never will be. */
export function post({ url, headers, body, timeoutMs, signal }: Post): {
  sent: Promise<void>;
  ended: Promise<PostOutcome>;
} {
  const startedAt = performance.now();
  const sent = deferred<void>();
  const ended = deferred<PostOutcome>();
  const end = (outcome: Omit<PostOutcome, 'durationMs'>): void => {
    sent.resolve();
    ended.resolve({ ...outcome, durationMs: performance.now() - startedAt });
  };
  const failed = (status: string, statusCode: number): void => end({ status, statusCode, headers: {}, payload: null });
  try {
    const start = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
    const timeout = AbortSignal.timeout(timeoutMs);
    const outgoing = start(url, {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
      signal: AbortSignal.any([timeout, signal]),
    });
    const onError = (): void => (timeout.aborted ? failed('timed out', 504) : failed('failed to connect to host', 502));
    outgoing.once('error', onError);
    outgoing.once('finish', () => sent.resolve());
    outgoing.once('response', (answer) => {
      readText(answer).then((payload) => {
        const statusCode = answer.statusCode ?? 0;
        const isGood = statusCode >= 200 && statusCode < 300;
        const status = isGood ? 'OK' : `Invalid HTTP Response: ${statusCode}`;
        end({ status, statusCode, headers: flat(answer.headers), payload });
      }, onError);
    });
    outgoing.end(body);
  } catch {
    failed('failed to connect to host', 502); // not a URL
  }
  return { sent: sent.promise, ended: ended.promise };
}

async function readText(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer) {
    if (text.length < answerCharactersMax) text += String(chunk);
  }
  return text.slice(0, answerCharactersMax);
}

function flat(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
