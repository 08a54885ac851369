import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { verbs } from './command.ts';
import { parseCommand } from './parse.ts';

describe('reads a command', () => {
  test.each([
    ['/reeve stop', { verb: 'stop' }],
    ['/reeve retry', { verb: 'retry' }],
    ['/reeve status', { verb: 'status' }],
    ['/reeve help', { verb: 'help' }],
    ['/Reeve STOP', { verb: 'stop' }],
    ['   /reeve stop', { verb: 'stop' }],
    ['/reeve   stop please, it is wrong', { verb: 'stop' }],
    ['/reeve stop.', { verb: 'stop' }],
    ['/reeve\tstop', { verb: 'stop' }],
    ['Thanks.\n\n/reeve retry', { verb: 'retry' }],
    ['Thanks.\r\n/reeve retry\r\n', { verb: 'retry' }],
    ['/reeve', { verb: 'help' }],
    ['/reeve   ', { verb: 'help' }],
    ['/reeve answer', { verb: 'help' }],
    ['/reeve answer use the second', { verb: 'answer', text: 'use the second' }],
    ['/reeve answer  b\n\nand rename it\n', { verb: 'answer', text: 'b\n\nand rename it' }],
    ['/reeve answer `a`   b', { verb: 'answer', text: '`a`   b' }],
    ['> /reeve stop\n\n/reeve retry', { verb: 'retry' }],
    ['```\n/reeve stop\n```\n/reeve retry', { verb: 'retry' }],
    ['~~~ sh\n```\n/reeve stop\n~~~~\n/reeve retry', { verb: 'retry' }],
    ['- ```\n  /reeve stop\n  ```\n\n/reeve retry', { verb: 'retry' }],
    ['``` not a fence ```\n/reeve retry', { verb: 'retry' }],
    ['Use `<!--` here\n/reeve retry', { verb: 'retry' }],
    ['<!-- a --> b\n/reeve retry', { verb: 'retry' }],
    ['<!--\n/reeve stop\n\n-->\n/reeve retry', { verb: 'retry' }],
    ['b <!-- c\n\n/reeve retry', { verb: 'retry' }],
  ])('%j', (comment, command) => expect(parseCommand(comment)).toMatchObject({ command }));
});

test.each([
  ['/reeve status', { verb: 'status' }, 0],
  ['/reeve status\n/reeve retry', { verb: 'status' }, 1],
  ['/reeve retry\nor rather\n/reeve stop\n/reeve status', { verb: 'stop' }, 2],
  ['/reeve frobnicate\n/reeve stop', { verb: 'stop' }, 1],
  ['/reeve answer\nlong text\n/reeve stop', { verb: 'stop' }, 1],
  ['/reeve answer\nlong text\n/reeve retry', { verb: 'answer', text: 'long text' }, 1],
  ['/reeve answer b\n> /reeve stop', { verb: 'answer', text: 'b\n> /reeve stop' }, 0],
])('of several a stop counts, else the first: %j', (comment, command, others) => {
  expect(parseCommand(comment)).toMatchObject({ command, others, isAlone: others === 0 });
});

describe('does not read', () => {
  test.each([
    [''],
    ['reeve stop'],
    ['/reeves stop'],
    ['/reevestop'],
    ['please /reeve stop'],
    ['> /reeve stop'],
    ['   > /reeve stop'],
    ['    /reeve stop'],
    ['\t/reeve stop'],
    ['```\n/reeve stop\n```'],
    ['```\n/reeve stop'],
    ['````\n```\n/reeve stop\n````'],
    ['1. ~~~\n   /reeve stop\n   ~~~'],
    ['`/reeve stop`'],
    ['- /reeve stop'],
    ['<!-- /reeve stop -->'],
    ['<!--\n/reeve stop\n-->'],
    ['text <!-- hidden\n/reeve stop\n-->'],
  ])('%j', (comment) => expect(parseCommand(comment)).toBeNull());
});

test.each(Object.values(verbs))('what help shows is understood: $usage', ({ verb, usage }) => {
  expect(parseCommand(`/reeve ${usage}`)).toMatchObject({ command: { verb } });
});

describe('helps with a mistyped verb', () => {
  test.each([
    ['stpo', 'stop'],
    ['Retyr', 'retry'],
    ['staus', 'status'],
    ['hepl', 'help'],
    ['answr', 'answer'],
    ['ship', 'stop'],
    ['x', null],
    ['merge', null],
    ['constructor', null],
  ])('%s → %s', (typed, suggestion) =>
    expect(parseCommand(`/reeve ${typed} b`)).toMatchObject({ unknownVerb: typed, suggestion }),
  );

  test('shows no more of it than can be recognized', () => {
    expect(parseCommand(`/reeve ${'x'.repeat(9000)}`)).toMatchObject({ unknownVerb: 'x'.repeat(40), suggestion: null });
  });
});

test('whatever is quoted or fenced commands nothing', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom(...Object.values(verbs).map(({ usage }) => `/reeve ${usage}`)));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const flat = lines.map((one) => one.replace(/[\r\n]/g, ''));
      expect(parseCommand(flat.map((one) => `> ${one}`).join('\n'))).toBeNull();
      const inside = flat.filter((one) => !one.includes('~~~'));
      expect(parseCommand(['~~~', ...inside, '~~~'].join('\n'))).toBeNull();
    }),
  );
});

test('any text at all is read without a throw, and only a line that starts with /reeve is a command', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseCommand(text) === null || /^ {0,3}\/reeve/im.test(text)).toBe(true);
    }),
  );
});

test('a comment of the largest size is read at once', () => {
  for (const piece of ['`', '<!--', '-->', '> ', '- ', '1. ', ' ', '/reeve ', '~~~\n', '<!--`']) {
    const startedAt = performance.now();
    parseCommand(piece.repeat(65_536 / piece.length));
    expect(performance.now() - startedAt).toBeLessThan(500);
  }
});
