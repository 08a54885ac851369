import { expect, test } from 'vitest';

import { createRefusals } from './network-refusals.ts';

test('each host is told once, and all are summed up in a sentence', () => {
  const told: string[] = [];
  const refusals = createRefusals(({ host, port, why }) => told.push(`${host}:${port} ${why}`));
  expect(refusals.summary()).toBe('');
  for (const port of [443, 443, 80]) refusals.take({ host: 'a.example', port, why: 'not-listed' });
  expect(told).toEqual(['a.example:443 not-listed', 'a.example:80 not-listed']);
  expect(refusals.summary()).toBe(' Its network policy refused a.example:443, a.example:80.');
  refusals.take({ host: 'b.example', port: 1, why: 'private-address' });
  refusals.take({ host: 'c.example', port: 1, why: 'not-a-host' });
  expect(refusals.summary()).toMatch(/a\.example:443, a\.example:80, b\.example:1 and 1 other\.$/);
});

test('an agent that tries thousands fills nothing', () => {
  const told: unknown[] = [];
  const refusals = createRefusals((refused) => told.push(refused));
  for (let port = 1; port < 2000; port += 1) refusals.take({ host: 'a.example', port, why: 'not-listed' });
  expect(told).toHaveLength(50);
  expect(refusals.summary()).toMatch(/ and 47 or more others\.$/);
});
