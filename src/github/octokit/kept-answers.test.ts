import { expect, test } from 'vitest';

import { createKeptAnswers, type KeptAnswers } from './kept-answers.ts';

const answer = (data: unknown, etag: string | undefined = 'W/"1"') => ({
  status: 200,
  data,
  headers: { etag, link: '<x>' },
});

const isKept = (kept: KeptAnswers, key: string): boolean => kept.recall(key) !== null;

test('gives back what GitHub calls unchanged, with the pages that it named', () => {
  const kept = createKeptAnswers();
  expect(kept.recall('a')).toBeNull();
  kept.keep('a', answer([{ id: 1 }]));
  const known = kept.recall('a');
  expect(known?.tag).toBe('W/"1"');
  kept.keep('a', { status: 200, data: [], headers: {} }); // asked for a second time meanwhile, and answered without a tag
  expect(kept.recall('a')).toBeNull();
  expect(known?.unchanged()).toEqual(answer([{ id: 1 }]));
});

test('forgets the one unused for longest when it is full, and never grows beyond its bound', () => {
  const kept = createKeptAnswers(600);
  const names = ['a', 'b', 'c'];
  for (const name of names) {
    kept.keep(name, answer('x'.repeat(97))); // 200 bytes each
    if (name === 'b') kept.recall('a');
  }
  kept.keep('d', answer('x'.repeat(97)));
  expect(['a', 'b', 'c', 'd'].filter((name) => isKept(kept, name))).toEqual(['a', 'c', 'd']);
  kept.keep('giant', answer('x'.repeat(400)));
  expect(isKept(kept, 'giant')).toBe(false);
  expect(isKept(kept, 'a')).toBe(true);
});

test('keeps nothing without a tag, and nothing that JSON would change', () => {
  const kept = createKeptAnswers();
  kept.keep('a', answer([1]));
  kept.keep('a', { status: 200, data: [2], headers: {} });
  kept.keep('b', answer({ id: 2n ** 60n }));
  kept.keep('c', { ...answer(''), status: 404 });
  expect(['a', 'b', 'c'].filter((key) => isKept(kept, key))).toEqual([]);
});
