import { expect, test } from 'vitest';

import { createUsageMeter } from './usage-meter.ts';

const ours = (totalTokens: number, lastTokens: number) => ({ totalTokens, lastTokens, isOfThisRun: true });
const before = (totalTokens: number) => ({ totalTokens, lastTokens: 5, isOfThisRun: false });

test.each([
  ['a new conversation', 0, [ours(105, 105), ours(612, 507)], 612],
  ['one that goes on, and says first what it had used', 600, [before(600), ours(705, 105)], 105],
  ['one that goes on, and does not', 600, [ours(705, 105)], 105],
  ['its first notice was lost', 600, [ours(810, 105)], 210],
  ['a run before ended without telling', 600, [before(700), ours(805, 105)], 205],
  ['a file that says less than was heard', 600, [before(10), ours(115, 105)], 105],
  ['a file that says more than could be', 600, [before(9e15), ours(9e15 + 100, 100)], 9e15 - 500],
  ['nothing was heard before', null, [before(600), ours(705, 105)], 105],
  ['a total that begins anew', 0, [ours(900, 900), ours(50, 50), ours(80, 30)], 980],
  ['the same notice twice', 0, [ours(105, 105), ours(105, 105)], 105],
])('%s', (_name, heardLast, notices, used) => {
  const meter = createUsageMeter(heardLast);
  expect(notices.map((notice) => meter.hear(notice)).at(-1)?.usedTokens).toBe(used);
});
