import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type nock from 'nock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { API, NOW, scriptGitHub, unusedAnswers, type Scripted } from '../../test/scripted-github.ts';
import { TransientError } from '../lib/errors.ts';
import { RefusedError, UnknownOutcomeError } from './errors.ts';
import type { GitHub, RepositoryRef } from './github.ts';

let scripted: Scripted;
const open = (apiUrl?: string): GitHub => scripted.open(apiUrl);
const api = (): nock.Scope => scripted.api();
const mintsTokens = (...tokens: string[]): void => scripted.mintsTokens(...tokens);
let repository: RepositoryRef;

beforeEach(() => {
  scripted = scriptGitHub();
  ({ repository } = scripted);
});

afterEach(() => {
  const unused = unusedAnswers();
  if (unused.length > 0) throw new Error(`These calls never came: ${unused.join(', ')}`);
});

describe('a write', () => {
  const comment = (github = open()): Promise<number> => github.createComment(repository, 7, 'Hello');
  const replies = (status: number, body: nock.Body, headers?: Record<string, string>): void => {
    mintsTokens('t1');
    api().post('/repos/acme/shop/issues/7/comments', { body: 'Hello' }).reply(status, body, headers);
  };

  it('that is answered gives what was made, with the token and no retry', async () => {
    mintsTokens('t1');
    api()
      .post('/repos/acme/shop/issues/7/comments', { body: 'Hello' })
      .matchHeader('authorization', 'token t1')
      .matchHeader('user-agent', /^reeve-test /)
      .reply(201, { id: 99 });
    expect(await comment()).toBe(99);
  });

  it.each([500, 502, 503, 504])('that is answered with %i may have happened', async (status) => {
    replies(status, { message: 'Server Error' });
    await expect(comment()).rejects.toThrow(UnknownOutcomeError);
  });

  it('whose answer is no JSON may have happened', async () => {
    replies(201, '{"id": 9', { 'content-type': 'application/json' });
    await expect(comment()).rejects.toThrow(UnknownOutcomeError);
  });

  it('that is refused will not work later either', async () => {
    replies(422, { message: 'Validation Failed', errors: [{ code: 'too_long' }] });
    await expect(comment()).rejects.toThrow(RefusedError);
  });

  it.each([
    ['with 403 and a time in seconds', 403, { 'retry-after': '90' }, NOW + 90_000],
    [
      'with 403 and nothing left',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 600) },
      NOW + 600_000,
    ],
    ['with 429 alone', 429, {}, NOW + 60_000],
    ['for longer than GitHub ever does', 429, { 'retry-after': '99999999' }, NOW + 3_600_000],
    ['until a date', 429, { 'retry-after': new Date(NOW + 30_000).toUTCString() }, NOW + 30_000],
  ])('that is limited %s waits so long', async (_, status, headers, retryAt) => {
    replies(status, { message: 'Slow down' }, headers as Record<string, string>);
    const error = await comment().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ retryAt });
  });

  it('that a secondary limit stops is no refusal, though it comes with 403 and without headers', async () => {
    replies(403, { message: 'You have exceeded a secondary rate limit.' });
    await expect(comment()).rejects.toThrow(TransientError);
  });

  it('that is forbidden is refused', async () => {
    replies(403, { message: 'Resource not accessible by integration' }, { 'x-ratelimit-remaining': '4000' });
    await expect(comment()).rejects.toMatchObject({ name: 'RefusedError', status: 403 });
  });

  it('is not sent elsewhere when the repository has moved', async () => {
    replies(301, { message: 'Moved Permanently' }, { location: `${API}/repositories/5/issues/7/comments` });
    await expect(comment()).rejects.toThrow(TransientError);
  });

  it('is sent once more with a new token when GitHub does not know the old one', async () => {
    mintsTokens('t1', 't2');
    const path = '/repos/acme/shop/issues/7/comments';
    api().post(path).matchHeader('authorization', 'token t1').reply(401, { message: 'Bad credentials' });
    api().post(path).matchHeader('authorization', 'token t2').reply(201, { id: 99 });
    expect(await comment()).toBe(99);
  });

  it('is not sent a third time', async () => {
    mintsTokens('t1', 't2');
    api().post('/repos/acme/shop/issues/7/comments').times(2).reply(401, { message: 'Bad credentials' });
    await expect(comment()).rejects.toThrow(TransientError);
  });

  it('without a token was not sent', async () => {
    api().post(`/app/installations/${repository.installationId}/access_tokens`).reply(500, { message: 'Server Error' });
    await expect(comment()).rejects.toThrow(TransientError);
  });

  it('leaves neither its token nor its text in errors and logs', async () => {
    mintsTokens('ghs_secretsecretsecret');
    api().post('/repos/acme/shop/issues/7/comments').reply(500, { message: 'Server Error' });
    const error = await comment().catch((thrown: unknown) => thrown);
    const seen = [
      ...scripted.lines,
      JSON.stringify(error, Object.getOwnPropertyNames(error)),
      String((error as Error).cause),
    ].join('\n');
    expect(seen).toContain('POST /repos/');
    expect(seen).not.toMatch(/ghs_secret|Hello/);
  });
});

describe('a connection', () => {
  let server: Server;
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer((request, response) => {
      if (!request.url?.startsWith('/app/')) return listener(request, response);
      response.writeHead(201, { 'content-type': 'application/json' });
      const expires_at = new Date(NOW + 3_600_000).toISOString();
      return response.end(JSON.stringify({ token: 't1', expires_at, permissions: {} }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const both = async (github: GitHub): Promise<unknown[]> => [
    await github.createComment(repository, 7, 'Hello').catch((error: unknown) => error),
    await github.issue(repository, 7).catch((error: unknown) => error),
  ];

  it.each<[string, RequestListener]>([
    ['is never answered', () => {}],
    ['is reset', (request) => void request.socket.resetAndDestroy()],
    [
      'is cut in the middle of the answer',
      (_, response) => {
        response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"id":', () => response.destroy());
      },
    ],
  ])('that %s leaves a write unknown and a read to be repeated', async (_, listener) => {
    const [write, read] = await both(open(await serve(listener)));
    expect(write).toBeInstanceOf(UnknownOutcomeError);
    expect(read).toBeInstanceOf(TransientError);
  });

  it('that was never made had no effect', async () => {
    const url = await serve(() => {});
    const github = open(url);
    await both(github); // now it has a token
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await vi.waitFor(async () => {
      const [write, read] = await both(github);
      expect(write).toBeInstanceOf(TransientError); // at first it may still try a connection that it kept
      expect(read).toBeInstanceOf(TransientError);
    });
  });
});
