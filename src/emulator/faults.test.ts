import { beforeEach, describe, expect, test } from 'vitest';
import { ZodError } from 'zod';

import { plainPlan } from './deliveries/plan.ts';
import type { FaultInput } from './faults/fault.ts';
import { withoutRecent } from './faults/stale.ts';
import { createFaults, type Faults } from './faults.ts';

const plain = { delayMs: 0, before: null, after: null, cutAtByte: null, staleMs: 0 };
const comment = { method: 'POST', path: '/repos/octo/hello/issues/7/comments' };
const opened = { event: 'issues', action: 'opened' };
let faults: Faults;

beforeEach(() => {
  faults = createFaults();
});

describe('a request', () => {
  test.each<[FaultInput, object]>([
    [
      { kind: 'status', status: 502, when: 'after' },
      { after: { kind: 'status', status: 502, message: 'Server Error', headers: {} } },
    ],
    [
      { kind: 'status', status: 429, retryAfterSeconds: 60 },
      {
        before: {
          kind: 'status',
          status: 429,
          message: expect.stringContaining('secondary'),
          headers: { 'retry-after': '60' },
        },
      },
    ],
    [{ kind: 'reset' }, { before: { kind: 'reset' } }],
    [{ kind: 'reset', when: 'after' }, { after: { kind: 'reset' } }],
    [{ kind: 'cut', bytes: 5 }, { cutAtByte: 5 }],
    [{ kind: 'delay', ms: 20 }, { delayMs: 20 }],
    [{ kind: 'stale', ms: 3000 }, { staleMs: 3000 }],
  ])('%j strikes once', (fault, expected) => {
    faults.add(fault);
    expect(faults.take(comment)).toEqual({ ...plain, ...expected });
    expect(faults.take(comment)).toEqual(plain);
    expect(faults.list()).toMatchObject([{ id: 1, left: 0, struck: 1 }]);
  });

  test.each<[string, string | undefined, boolean]>([
    ['/repos/octo/hello/issues/*/comments', 'post', true],
    ['/repos/**', undefined, true],
    ['**', 'POST', true],
    ['/repos/*/issues/*/comments', 'POST', false],
    ['/repos/octo/hello/issues/7', 'POST', false],
    ['/repos/octo/hello/issues/./comments', 'POST', false],
    ['/repos/**', 'GET', false],
  ])('is matched by path %s and method %s: %s', (path, method, expected) => {
    faults.add({ kind: 'reset', path, ...(method !== undefined && { method }) });
    expect(faults.take(comment).before !== null).toBe(expected);
  });

  test('comes through until it is its turn, as often as said, or for ever', () => {
    faults.add({ kind: 'reset', skip: 1, times: 2 });
    expect([1, 2, 3, 4].map(() => faults.take(comment).before !== null)).toEqual([false, true, true, false]);
    const id = faults.add({ kind: 'delay', ms: 1, times: null });
    expect([1, 2, 3].map(() => faults.take(comment).delayMs)).toEqual([1, 1, 1]);
    faults.clear(id);
    expect(faults.take(comment)).toEqual(plain);
  });

  test('meets one failure at a time, and all delays', () => {
    faults.add({ kind: 'status', status: 500 });
    faults.add({ kind: 'reset', when: 'after' });
    faults.add({ kind: 'delay', ms: 5, times: 2 });
    faults.add({ kind: 'delay', ms: 7 });
    expect(faults.take(comment)).toMatchObject({ delayMs: 12, before: { status: 500 }, after: null });
    expect(faults.take(comment)).toMatchObject({ delayMs: 5, before: null, after: { kind: 'reset' } });
  });

  test('meets chance, the same for the same seed', () => {
    const draw = (seed: number): string => {
      const registry = createFaults(seed);
      registry.add({ kind: 'reset', times: null, probability: 0.3 });
      return Array.from({ length: 200 }, () => (registry.take(comment).before ? 'x' : '.')).join('');
    };
    expect(draw(7)).toBe(draw(7));
    expect(draw(7)).not.toBe(draw(8));
    const struck = draw(7).split('x').length - 1;
    expect(struck).toBeGreaterThan(40);
    expect(struck).toBeLessThan(80);
  });
});

describe('a delivery', () => {
  test.each<[FaultInput, object]>([
    [{ kind: 'drop-delivery' }, { copies: 0 }],
    [
      { kind: 'drop-delivery', isLogged: false },
      { copies: 0, isLogged: false },
    ],
    [{ kind: 'duplicate-delivery', event: 'issues' }, { copies: 2 }],
    [{ kind: 'delay-delivery', ms: 20, action: 'opened' }, { delayMs: 20 }],
    [{ kind: 'reorder-delivery' }, { holdMs: 1000 }],
  ])('%j', (fault, expected) => {
    faults.add(fault);
    expect(faults.take(comment)).toEqual(plain);
    expect(faults.forDelivery({ event: 'push', action: null })).toEqual(
      fault.kind === 'duplicate-delivery' || fault.kind === 'delay-delivery'
        ? plainPlan
        : { ...plainPlan, ...expected },
    );
    faults.clear();
    faults.add(fault);
    expect(faults.forDelivery(opened)).toEqual({ ...plainPlan, ...expected });
    expect(faults.forDelivery(opened)).toEqual(plainPlan);
  });
});

test.each([
  { kind: 'nonsense' },
  { kind: 'status', status: 200 },
  { kind: 'status', status: 500, wen: 'after' },
  { kind: 'delay', ms: -1 },
  { kind: 'delay', ms: 1, event: 'issues' },
])('refuses %j', (fault) => {
  expect(() => faults.add(fault as FaultInput)).toThrow(ZodError);
});

test('a stale list lacks what is new', () => {
  const instant = Date.parse('2026-01-01T00:00:00Z');
  const items = [
    { created_at: '2025-12-31T23:59:59Z' },
    { created_at: '2026-01-01T00:00:01Z' },
    { name: 'main' },
    null,
  ];
  expect(withoutRecent(items, instant)).toEqual([items[0], items[2], null]);
});
