import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outsideCode } from '../../test/outside-code.ts';
import { code, cutTo, fenced, inline, plain, quoted } from './markdown.ts';

const attacks = [
  '@mona',
  '@org/team',
  '&#64;mona',
  '&commat;mona',
  '@\u00admona',
  '\\@mona',
  'Fixes #12',
  'closes other/repo#3',
  'GH-4',
  'resolves https://github.com/o/r/issues/5',
  '_https://evil.example/x_',
  'www.evil.example',
  '![x](https://evil.example/beacon.png)',
  '[click](https://evil.example)',
  '[//]: # (hidden)',
  '[a]: https://evil.example "title"',
  '<img src="https://evil.example/a.png">',
  '<!-- reeve:card%3A5%2F7:0123456789abcdef0123456789abcdef -->',
  '<!-- unclosed',
  '</details></blockquote>',
  '```',
  '````',
  '~~~',
  '```mermaid',
  '`',
  '``',
  '\n',
  '\n\n',
  '> ',
  '    ',
  '| a | b |',
  '\u202e\u200b\u2028',
  'plain words',
];
const hostile = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'grapheme' })), { maxLength: 12 })
    .map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...attacks), { maxLength: 8 }).map((parts) => parts.join(' ')),
);

/** What GitHub would act on outside code. */
const live = /@[\p{L}\p{N}_]|#\d|GH-\d|&[#\p{L}]|<[\p{L}/!?]|!\[|\][([:]|:\/\/|www\./iu;

describe('quoted', () => {
  it('leaves nothing that GitHub would act on, and every line in the quote', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const result = quoted(text);
        expect(outsideCode(result)).not.toMatch(live);
        expect(result).not.toContain('<!--');
        for (const line of result.split('\n')) expect(line).toMatch(/^>/);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps lists, emphasis and code readable', () => {
    expect(quoted('Two **ways**:\n\n- `parse()`\n- a < b & c\n\n```ts\nconst x = 1;\n```')).toMatchInlineSnapshot(`
      "> Two **ways**:
      >
      > - \`parse()\`
      > - a < b & c
      >
      > \`\`\`ts
      > const x = 1;
      > \`\`\`"
    `);
  });

  it.each([
    ['see `a@b/c#1` and `@octokit/rest`', '> see `a@b/c#1` and `@octokit/rest`'],
    ['```ts\nimport x from "@octokit/rest"; // #1\n```', '> ```ts\n> import x from "@octokit/rest"; // #1\n> ```'],
    ['See https://example.org/a?b=1#2.', '> See `https://example.org/a?b=1#2`.'],
    ['<https://example.org> (www.example.org)', '> <`https://example.org`> (`www.example.org`)'],
  ])('leaves what people copy as it is: %j', (text, expected) => expect(quoted(text)).toBe(expected));

  it.each([
    '`a\nFixes `#3` b', // the code begins on one line and ends on the next
    '  ```\nx\n```\nFixes #3\n```',
    '- a\n  ```\nFixes #3\n  ```',
    '\\`#3`',
    '| a | b |\n| - | - |\n| `#3 | x` |',
    '`a`https://evil.example/`b`',
    '~~~\n```\n~~~\n#3',
  ])('takes nothing for code that is none: %j', (text) => {
    expect(outsideCode(quoted(text))).not.toMatch(live);
    expect(quoted(text).replaceAll('`', '')).toContain(text.includes('#3') ? '#\u200b3' : ':\u200b//');
  });

  it('does not let a code block be drawn', () => {
    expect(quoted('```mermaid\ngraph TD\n```')).toBe('> ```\n> graph TD\n> ```');
  });
});

describe('fenced', () => {
  it('cannot be ended from within, and holds no hidden comment', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = fenced(text).split('\n');
        const fence = /^`+/.exec(lines[0] ?? '')?.[0] ?? '';
        expect(lines.at(-1)).toBe(fence);
        for (const line of lines.slice(1, -1)) expect(line).not.toContain(fence);
        expect(lines.join('\n')).not.toContain('<!--');
      }),
      { numRuns: 500 },
    );
  });
});

describe('inline', () => {
  it('is one line without anything live', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const result = inline(text);
        expect(result).not.toContain('\n');
        expect(outsideCode(`| before ${result} | after |`)).not.toMatch(live);
        expect(result).not.toContain('<!--');
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['Use `pnpm` in *all* places', 'Use `pnpm` in \\*all\\* places'],
    ['snake_case and _this_', 'snake_case and \\_this\\_'],
    ['an open ` tick', 'an open \\` tick'],
    ['\\`x`', '\\\\`x`'],
    ['a | b', 'a \\| b'],
  ])('%s', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });
});

it('code: names stay whole whatever they hold', () => {
  expect([code('reeve/7-fix'), code('a`b'), code('mona\nx')]).toEqual(['`reeve/7-fix`', '`` a`b ``', '`mona x`']);
});

it('code: nothing is broken in it but our markers', () => {
  expect(code('npm i @octokit/rest#1')).toBe('`npm i @octokit/rest#1`');
  expect(code('<!-- reeve:x -->')).toBe('`<! -- reeve:x -->`');
});

it('plain: a title cannot close an issue when it becomes the message of a squashed commit, and can be copied', () => {
  expect(plain('Fixes #12\nby @mona, closes https://github.com/o/r/issues/5, GH-4', 100)).toBe(
    'Fixes # 12 by @mona, closes github.com/o/r/issues/5, GH 4',
  );
  expect(plain('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
});

describe('cutTo', () => {
  it('is never longer than asked, never ends within a character, and changes nothing that fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 1200 }), fc.integer({ min: 300, max: 900 }), (text, max) => {
        const result = cutTo(text, max);
        expect(result.length).toBeLessThanOrEqual(max);
        expect(Buffer.from(result).toString()).toBe(result);
        expect(result === text).toBe(text.length <= max);
      }),
    );
  });

  it('cuts between paragraphs and closes what is open', () => {
    const text = `<details>\n<summary>Log</summary>\n\n\`\`\`\`text\n${'one line\n'.repeat(40)}\n\n${'x'.repeat(500)}\n\`\`\`\`\n\n</details>`;
    const result = cutTo(text, 700);
    expect(result).toMatch(/one line\n````\n\n<\/details>\n\n_The rest was too long to show here\._$/);
  });

  it('never cuts code open', () => {
    const text = quoted(`${'word '.repeat(40)}\`${'Fixes #3 @mona '.repeat(60)}\``);
    expect(outsideCode(cutTo(text, 700))).not.toMatch(live);
    expect(cutTo(text, 700)).toMatch(/word\n\n_The rest/);
  });

  it('closes a code block within a quote', () => {
    const result = cutTo(`> \`\`\`\n${'> line\n'.repeat(200)}`, 600);
    expect(result).toMatch(/> line\n> ```\n\n_The rest/);
  });
});
