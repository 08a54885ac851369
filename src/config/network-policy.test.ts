import { expect, test } from 'vitest';

import { network, usualHosts } from './network-policy.ts';

test('says auto, open, nothing at all, or hosts', () => {
  expect(['auto', 'open', 'none', 'a.example, *.b.example:80'].map((text) => network.parse(text))).toEqual([
    'auto',
    'open',
    [],
    ['a.example', '*.b.example:80'],
  ]);
  expect(network.parse('defaults,git.example')).toEqual([...usualHosts, 'git.example']);
});

test.each([
  ['https://a.example', 'names "https://a.example", which is no host'],
  ['a.example,open', 'has open in a list of hosts'],
])('%s is a mistake', (text, message) => {
  expect(network.safeParse(text).error?.issues[0]?.message).toContain(message);
});
