import { expect, it } from 'vitest';
import { seen } from './seen.ts';

it.each([
  ['a comment', 'a <!-- x --> b', 'a  b'],
  ['a comment of several lines', 'a\n\n<!-- x\n\ny -->\nb', 'a\n\n\nb'],
  ['an unclosed comment with all that follows', 'a\n<!-- x\n```\ny\n```\n', 'a\n'],
  ['the shortest comment only', 'a <!--> b --> c', 'a  b --> c'],
  ['a code block within a comment', '<!--\n```\nx\n```\n-->b', 'b'],
  ['a comment dressed up as a definition', 'a\n[//]: # (x)\nb', 'a\n\nb'],
  ['the title of a definition', '[a]: https://e.example "x"', '[a]: https://e.example'],
  ['the title of a link', '[a](https://e.example "x")', '[a](https://e.example)'],
  ['the description of an image', '![x](https://e.example/i.png "y")', '(image: https://e.example/i.png)'],
  ['attributes', '<img alt="x" src="y"> <p hidden>b</p>', '<img> <p>b</p>'],
  ['hidden characters', 'a\u200b\u{e0041}b', 'ab'],
])('removes %s', (_, markdown, expected) => {
  expect(seen(markdown)).toBe(expected);
});

it.each([
  ['a comment in a code block', '```html\n<!-- x -->\n<img alt="y">\n```\n'],
  ['a comment in a span of code', 'remove `<!-- x -->` and ``<!-- ` -->`` please'],
  ['a comment that GitHub shows because it is never closed', 'use <!-- to start\n\na comment'],
  ['comparisons', 'if a < b and c > d'],
  ['a block that is never closed', '~~~\n<!-- x -->'],
])('keeps %s', (_, markdown) => {
  expect(seen(markdown)).toBe(markdown);
});

it('takes no longer than a moment for text made to be slow', () => {
  for (const bit of ['<!--', '`<!-- ', '![', '](', '](a "', '<a ', '[a]: ', '``` ` ', '\n<!-- --', '![](a b']) {
    const startedAt = performance.now();
    seen(bit.repeat(Math.floor(65_536 / bit.length)));
    expect(performance.now() - startedAt).toBeLessThan(1000);
  }
});
