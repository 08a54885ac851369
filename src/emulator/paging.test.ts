import { expect, test } from 'vitest';

import { cursorLink, pageOf, paginate } from './paging.ts';

const all = Array.from({ length: 65 }, (_, index) => index);
const at = (query: string) => new URL(`http://127.0.0.1:1/repos/a/b/issues?${query}`);

test('thirty a page, with links to the others that keep the query', () => {
  const { items, link } = paginate(all, at('state=all'));
  expect(items).toEqual(all.slice(0, 30));
  expect(link).toBe(
    '<http://127.0.0.1:1/repos/a/b/issues?state=all&page=2>; rel="next", <http://127.0.0.1:1/repos/a/b/issues?state=all&page=3>; rel="last"',
  );
});

test('the last page links back only', () => {
  const { items, link } = paginate(all, at('page=3'));
  expect(items).toEqual(all.slice(60));
  expect(link).toBe(
    '<http://127.0.0.1:1/repos/a/b/issues?page=2>; rel="prev", <http://127.0.0.1:1/repos/a/b/issues?page=1>; rel="first"',
  );
});

test('one page needs no links, and beyond the end is nothing', () => {
  expect(paginate(all, at('per_page=100')).link).toBeNull();
  expect(paginate(all, at('page=9'))).toMatchObject({
    items: [],
    link: expect.stringContaining('page=3>; rel="prev"'),
  });
  expect(paginate([], at(''))).toEqual({ items: [], link: null });
});

test.each([
  ['per_page=500', { page: 1, perPage: 100 }],
  ['per_page=0&page=-1', { page: 1, perPage: 30 }],
  ['per_page=x&page=1e3', { page: 1, perPage: 30 }],
])('%s', (query, expected) => {
  expect(pageOf(at(query).searchParams)).toEqual(expected);
});

test('a cursor has a link to the next page only', () => {
  expect(cursorLink('v1_7', at('per_page=2'))).toBe(
    '<http://127.0.0.1:1/repos/a/b/issues?per_page=2&cursor=v1_7>; rel="next"',
  );
  expect(cursorLink(null, at(''))).toBeNull();
});
