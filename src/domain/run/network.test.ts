import { expect, test } from 'vitest';

import { canonicalHost, isAddressListed, isListed, parseHostPattern } from './network.ts';

const patterns = (...texts: string[]) => texts.map((text) => parseHostPattern(text)!);

test.each([
  ['packages.example.com', { host: 'packages.example.com', port: 443 }],
  ['Example.COM.:80', { host: 'example.com', port: 80 }],
  ['*.example.com:*', { host: '*.example.com', port: null }],
  ['*', { host: '*', port: 443 }],
  ['10.1.2.3:8080', { host: '10.1.2.3', port: 8080 }],
  ['[FD00::1]:8080', { host: 'fd00::1', port: 8080 }],
])('%s is a host', (text, pattern) => {
  expect(parseHostPattern(text)).toEqual(pattern);
});

test.each([
  '',
  'a b',
  'http://example.com',
  'example.com/x',
  'a:0',
  'a:65536',
  'a:b',
  '*.10.0.0.1',
  'a*.b',
  'fd00::1',
  '*.',
  '.',
])('%j is none', (text) => {
  expect(parseHostPattern(text)).toBeNull();
});

test('a name is listed with its port, and a name below a wildcard but not the wildcard’s own', () => {
  const list = patterns('a.example', '*.b.example:8443', 'c.example:*');
  const listed = (host: string, port: number) => isListed(list, host, port);
  expect([listed('a.example', 443), listed('x.b.example', 8443), listed('c.example', 22)]).toEqual([true, true, true]);
  expect([listed('a.example', 80), listed('x.b.example', 443), listed('b.example', 8443)]).toEqual([
    false,
    false,
    false,
  ]);
  expect([listed('xa.example', 443), listed('a.example.evil.example', 443), listed('evilb.example', 8443)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a private address needs its own line: no wildcard names one', () => {
  expect(isAddressListed(patterns('*', '*.example.com', '10.0.0.1:80'), '10.0.0.2', 443)).toBe(false);
  expect(isAddressListed(patterns('10.0.0.1:80'), '10.0.0.1', 80)).toBe(true);
  expect(isAddressListed(patterns('10.0.0.1:80'), '10.0.0.1', 81)).toBe(false);
  expect(isAddressListed(patterns('[::1]:80'), '0:0:0:0:0:0:0:1', 80)).toBe(true);
});

test.each([
  ['0x7f.1', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['[::FFFF:127.0.0.1]', '::ffff:7f00:1'],
  ['LOCALHOST.', 'localhost'],
  ['a@b', null],
  ['a/../b', null],
  ['a%00b', null],
  ['', null],
])('%j is written %j', (text, host) => {
  expect(canonicalHost(text)).toBe(host);
});
