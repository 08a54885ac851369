import { sign } from 'node:crypto';

import { createAppAuth } from '@octokit/auth-app';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createAppTokens, generateAppKey, type AppTokens } from './app-tokens.ts';

const start = 1_800_000_000_000;
const seconds = start / 1000;
let key: string;
let otherKey: string;
let now: number;
let tokens: AppTokens;

beforeAll(async () => {
  [key, otherKey] = await Promise.all([generateAppKey(), generateAppKey()]);
});
beforeEach(() => {
  now = start;
  tokens = createAppTokens(() => now);
  tokens.registerApp({ id: 17, clientId: 'Iv23abc', key });
});

function jwt(claims: object, { alg = 'RS256', privateKey = key } = {}): string {
  const [head, body] = [{ alg, typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${head}.${body}.${sign('RSA-SHA256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url')}`;
}

const good = { iss: 17, iat: seconds - 30, exp: seconds + 570 };

describe('App JWTs', () => {
  test('are believed by App id and by client id', () => {
    expect(tokens.verifyAppJwt(jwt(good))).toEqual({ kind: 'app', appId: 17 });
    expect(tokens.verifyAppJwt(jwt({ ...good, iss: '17' }))).toEqual({ kind: 'app', appId: 17 });
    expect(tokens.verifyAppJwt(jwt({ ...good, iss: 'Iv23abc' }))).toEqual({ kind: 'app', appId: 17 });
  });

  test('of the usual client are believed', async () => {
    now = Date.now();
    const { token } = await createAppAuth({ appId: 17, privateKey: key })({ type: 'app' });
    expect(tokens.verifyAppJwt(token)).toEqual({ kind: 'app', appId: 17 });
  });

  test.each([
    ['no JWT', () => 'nonsense', 'could not be decoded'],
    ['two parts', () => jwt(good).split('.').slice(0, 2).join('.'), 'could not be decoded'],
    ['another key', () => jwt(good, { privateKey: otherKey }), 'could not be decoded'],
    ['no signature to check', () => jwt(good, { alg: 'none' }), 'could not be decoded'],
    ['no issuer', () => jwt({ ...good, iss: undefined }), 'iss'],
    ['an unknown App', () => jwt({ ...good, iss: 18 }), 'Integration not found'],
    ['an end in the past', () => jwt({ ...good, exp: seconds - 1 }), 'future time at which the assertion expires'],
    ['an end too far off', () => jwt({ ...good, exp: seconds + 700 }), 'too far in the future'],
    ['a start in the future', () => jwt({ ...good, iat: seconds + 120 }), "'iat'"],
  ])('with %s are refused', (_, made, message) => {
    expect(tokens.verifyAppJwt(made())).toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
  });
});

const request = { appId: 17, installationId: 5, permissions: { issues: 'write' }, repositoryIds: [1] } as const;

describe('installation tokens', () => {
  test('have the long form, and each is another', () => {
    const [a, b] = [tokens.mintInstallation(request), tokens.mintInstallation(request)];
    expect(a.token).toMatch(/^ghs_17_[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(Math.abs(a.token.length - 520)).toBeLessThan(30);
    expect(a.token).not.toBe(b.token);
    expect(tokens.find(a.token)).toEqual({
      ...request,
      kind: 'installation',
      token: a.token,
      expiresAt: start + 3_600_000,
    });
  });

  test('work for an hour', () => {
    const { token } = tokens.mintInstallation(request);
    now = start + 3_599_999;
    expect(tokens.find(token)).not.toBeNull();
    now = start + 3_600_000;
    expect(tokens.find(token)).toBeNull();
  });

  test('end when they or their installation are revoked', () => {
    const [a, b, c] = [5, 5, 6].map((installationId) => tokens.mintInstallation({ ...request, installationId }).token);
    expect(tokens.revoke(a!)).toBe(true);
    expect(tokens.revoke(a!)).toBe(false);
    tokens.revokeInstallation(5);
    expect([a, b, c].map((token) => tokens.find(token!) !== null)).toEqual([false, false, true]);
  });

  test('that nobody minted are unknown', () => {
    expect(tokens.find('ghs_17_a.b.c')).toBeNull();
  });
});

test('user tokens say who acts', () => {
  const { token } = tokens.mintUser('ada');
  expect(token).toMatch(/^ghp_[A-Za-z0-9]{36}$/);
  expect(tokens.mintUser('ada', 'ghu_').token).toMatch(/^ghu_/);
  now = start + 1e10;
  expect(tokens.find(token)).toEqual({ kind: 'user', token, login: 'ada' });
});
