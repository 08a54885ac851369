import { expect, test } from 'vitest';

import { meaningOf, readPhrasings, type Phrasing } from '../../../test/phrasings.ts';

const PHRASINGS_MIN = 300;

const phrasings = readPhrasings();

const misread = (which: (phrasing: Phrasing) => boolean): readonly string[] =>
  phrasings.filter(which).flatMap(({ says, means, asked }) => {
    const read = meaningOf(says, asked);
    return read === means ? [] : [`${asked}: ${JSON.stringify(says)} means ${means}, and is read as ${read}`];
  });

test('nothing but an approval is read as one', () => {
  expect(misread(({ means }) => means !== 'approve').filter((one) => one.endsWith('as approve'))).toEqual([]);
});

test('every phrasing is read as what it means', () => {
  expect(misread(() => true)).toEqual([]);
});

test('the set is as large as is promised, and has no phrasing twice under one question', () => {
  expect(new Set(phrasings.map(({ says }) => says)).size).toBeGreaterThanOrEqual(PHRASINGS_MIN);
  const keys = phrasings.map(({ says, asked }) => JSON.stringify([asked, says]));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});
