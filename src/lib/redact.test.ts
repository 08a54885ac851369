import { describe, expect, test } from 'vitest';

import { createRedactor } from './redact.ts';

const secret = 's3cr3t/value+with=signs';
const redact = createRedactor([secret, 'short']);

test.each([
  ['as it is', secret],
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64url', Buffer.from(secret).toString('base64url')],
  ['hex', Buffer.from(secret).toString('hex')],
  ['in a URL', encodeURIComponent(secret)],
  ['reversed', secret.split('').reverse().join('')],
])('a known secret is removed: %s', (_, form) => {
  expect(redact(`before ${form} after`)).toMatch(/^before \[redacted\]=* after$/);
});

test.each([
  `ghs_${'a'.repeat(36)}`,
  `ghs_12345_${'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJl-x_y'}`,
  '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
  `sk-ant-${'x'.repeat(30)}`,
])('a credential that nobody registered is removed by its shape: %s', (token) => {
  expect(redact(`[${token}]`)).toBe('[[redacted]]');
});

test('a credential in a URL is removed, the URL stays', () => {
  expect(redact('https://x-access-token:abc123@host/path')).toBe('https://[redacted]@host/path');
});

test('a token of three parts is removed by its shape', () => {
  expect(redact(`Bearer ${['eyJhbGciOiJSUzI1NiJ9', 'eyJpc3MiOiIxMjM0NSJ9', 'c2lnbmF0dXJl-x_y'].join('.')}!`)).toBe(
    'Bearer [redacted]!',
  );
});

test('a text that is made to be slow is read in time', () => {
  const startedAt = performance.now();
  redact('-eyJ'.repeat(40_000));
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test('ordinary text is left alone', () => {
  const text = 'A short sentence about sk-8 skates, ghs and https://example.org/a:b.';
  expect(redact(text)).toBe(text);
});

describe('where the server keeps its state', () => {
  const hide = createRedactor([], '/srv/reeve');
  test.each([
    [
      'could not lock config file /srv/reeve/mirrors/8.git/config: File exists',
      'could not lock config file [a path on the server]: File exists',
    ],
    ["open '/srv/reeve/runs/5-7-1-r1/status.json'", "open '[a path on the server]'"],
    ['/srv/reeve/workspaces/5-7-1/repo/src/a.ts:3: wrong', 'src/a.ts:3: wrong'],
    ['cd /srv/reeve', 'cd [a path on the server]'],
    ['/srv/reeve-old/x and https://example.org/srv/reeve/x', '/srv/reeve-old/x and https://example.org/srv/reeve/x'],
  ])('%s', (text, clean) => expect(hide(text)).toBe(clean));
});
