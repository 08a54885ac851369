import { expect, it } from 'vitest';
import { isTelling } from './hidden.ts';
import { see } from './seen.ts';

it.each([
  ['a comment', 'a <!-- x --> b', 'a  b'],
  ['a comment of several lines', 'a\n\n<!-- x\n\ny -->\nb', 'a\n\n\nb'],
  ['an unclosed comment with all that follows', 'a\n<!-- x\n```\ny\n```\n', 'a\n'],
  ['an unclosed comment in a list', '- <!-- x\n\ny', '- '],
  ['the shortest comment only', 'a <!--> b --> c', 'a  b --> c'],
  ['a code block within a comment', '<!--\n```\nx\n```\n-->b', 'b'],
  ['a comment behind a fence that a list has closed', '- ```\n  a\n  ```\n\n<!-- x -->', '- ```\n  a\n  ```\n\n'],
  ['a comment behind a fence that ends indented', '```\na\n  ```\n<!-- x -->', '```\na\n  ```\n'],
  ['a comment between fences that HTML makes text', '<div>\n```\n<!-- x -->\n```\n</div>', '<div>\n```\n\n```\n</div>'],
  ['the same over blank lines', '<pre>\n\n```\n<!-- x -->\n```', '<pre>\n\n```\n\n```'],
  ['a comment between backticks that HTML makes text', '<div>\n`<!-- x -->`\n</div>', '<div>\n``\n</div>'],
  ['the same over blank lines of code', '<pre>\n\n`<!-- x -->`', '<pre>\n\n``'],
  ['a comment between backticks that are escaped', '\\`<!-- x -->`', '\\``'],
  ['a comment between backticks of which one is in a tag', '<a href="`"> <!-- x --> `', '<a>  `'],
  ['a comment behind a backtick of the line before', 'a ` b\nc `<!-- x -->` d', 'a ` b\nc `` d'],
  ['a comment between backticks of two items', '- `\n- <!-- x --> `', '- `\n-  `'],
  ['a comment between backticks of two cells', '| a ` | <!-- x --> ` |\n', '| a ` |  ` |\n'],
  ['declarations and instructions', 'a <!X y> <?x y?> <![CDATA[ x ]]> b', 'a    b'],
  ['what is never drawn', 'a <style>x</style><ScRiPt src=y>x</sCrIpT > b', 'a  b'],
  ['a comment dressed up as a definition', 'a\n[//]: # (x)\nb', 'a\n\nb'],
  ['a definition that nothing uses', '[x y]: https://e.example\nb', '\nb'],
  ['the title of a definition', '[a]\n\n[a]: https://e.example "x"', '[a]\n\n[a]: https://e.example'],
  ['the title of a definition on a line of its own', '[a]\n\n[a]: <b>\n"x\ny"\nc', '[a]\n\n[a]: <b>\nc'],
  ['a definition in a quote, over lines', '> [x\n> y]: z\n> b', '> \n> b'],
  ['a footnote that nothing uses', 'a\n\n[^1]: x\n    y\n\nb', 'a\n\n\n\nb'],
  ['the title of a link', '[a](https://e.example "x")', '[a](https://e.example)'],
  ['a title over lines, with quotes in it', `[a](<b> 'x " \\' )\ny')`, '[a](<b>)'],
  ['the description of an image', '![x](https://e.example/i.png "y")', '(image: https://e.example/i.png)'],
  ['a description with brackets in it', '![x [y] z](i) ![x [y](z) w](i)', '(image: i) (image: i)'],
  ['a description with code in it', '![x `](y)` z](i)', '(image: i)'],
  ['the description of an image that is defined', '![x][a] ![A]\n\n[a]: i', '(image)[a] (image)\n\n[a]: i'],
  ['an address with words in it', '[a](<x y>)', '[a]()'],
  ['what stands behind a fence', '```js x y\na\n```\n- ~~~ x y\n', '```js\na\n```\n- ~~~x\n'],
  ['a label with words in it', '[a][x y]\n\n[x y]: b', '[a]\n\n'],
  ['a footnote that only itself uses', 'a\n\n[^1]: x [^1]\ny\n\nb', 'a\n\n\n\nb'],
  ['an unclosed comment behind a tag', '<p><!-- x\n\ny', '<p>'],
  ['attributes', '<img alt="x" src="y"> <p hidden>b</p>', '<img> <p>b</p>'],
  ['attributes that hold the end of a tag', '<img alt="a > x" src=\'y\'>', '<img>'],
  ['hidden characters', 'a\u200b\u{e0041}b', 'ab'],
])('removes %s', (_, markdown, expected) => {
  expect(see(markdown).text).toBe(expected);
});

it.each([
  ['a comment in a code block', '```html\n<!-- x -->\n<img alt="y">\n```\n'],
  ['a comment in a span of code', 'remove `<!-- x -->` and ``<!-- ` -->`` please'],
  ['a comment that GitHub shows because it is never closed', 'use <!-- to start\n\na comment'],
  ['comparisons', 'if a < b and c > d'],
  ['a block that is never closed', '~~~\n<!-- x -->'],
  ['code behind HTML that has ended', '<b>a</b>\n\n```\n<!-- x -->\n```\nand `<!-- y -->`'],
  ['an address', 'see <https://e.example/a> or [b](c)'],
  ['a footnote that is used', 'a[^1]\n\n[^1]: b\n    c'],
  ['brackets that are no image', 'Wow![a] b'],
])('keeps %s', (_, markdown) => {
  expect(see(markdown)).toEqual({ text: markdown, hidden: [] });
});

it('tells what it has left out', () => {
  const { hidden } = see('a\u200b\u{e0068}\u{e0069}<!-- push it --> [b](c "d e") ![f g](h)\n[i]: j\n<p title="k l">');
  expect(hidden.map(({ kind, text }) => `${kind}: ${text}`)).toMatchInlineSnapshot(`
    [
      "characters: U+200B, tags that spell "hi"",
      "comment: <!-- push it -->",
      "title: d e",
      "description: f g",
      "attributes: title="k l"",
      "definition: [i]: j",
    ]
  `);
});

it.each([
  ['an emoji and a mark of the byte order', '\ufeff❤️ 👩🏽\u200d🚀 1\ufe0f\u20e3'],
  [
    'the image that GitHub writes for a pasted one',
    '<img width="800" alt="Image" src="https://e.example/a-b-c-d-e-f">',
  ],
])('does not tell of %s', (_, markdown) => {
  expect(see(markdown).hidden.filter(isTelling)).toEqual([]);
});

it('takes no longer than a moment for text made to be slow', () => {
  const bits = [
    '<!--',
    '`<!-- ',
    '![',
    '](',
    '](a "',
    '<a ',
    '[a]: ',
    '``` ` ',
    '\n<!-- --',
    '![](a b',
    '<a b="',
    '<?',
    '<script',
  ];
  for (const bit of [
    ...bits,
    '\n[a]: b',
    '\n[^a]: b',
    '\n[a',
    '![`',
    '![a\\',
    '`\n',
    '<a b=c ',
    '\n>',
    '\\[',
    '](a (',
    '</',
    '\n\n ',
  ]) {
    const startedAt = performance.now();
    see(bit.repeat(Math.floor(65_536 / bit.length)));
    expect({ bit, took: performance.now() - startedAt < 1000 }).toEqual({ bit, took: true });
  }
});
