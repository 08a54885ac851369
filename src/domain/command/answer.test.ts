import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mayAnswer, mentionAtStart, parseAnswer } from './answer.ts';

const options = ['Keep the old name', 'Rename it', 'Remove it'];
const read = (text: string, more: readonly string[] = []) =>
  parseAnswer(text, { number: 1, options: [...options, ...more] });

describe('names an option', () => {
  test.each([
    ['b'],
    ['B'],
    ['b.'],
    ['B!'],
    ['1b'],
    ['1B.'],
    ['1 b'],
    ['1.b'],
    ['1. b'],
    ['option b'],
    ['Option B'],
    ['option 1b'],
    ['(b)'],
    ['b)'],
    ['(1b)'],
    ['**b**'],
    ['`b`'],
    ['  b  '],
    ['Rename it'],
    ['rename   IT.'],
    ['b, but keep an alias'],
    ['b because it is shorter'],
    ['b - it is shorter'],
    ['b: go ahead'],
    ['b\n\nThe old name has confused people.'],
    ['> Which one?\n> a or b\n\nb'],
    ['\r\n> Which one?\r\nb\r\nThanks'],
  ])('%j', (text) => expect(read(text).option).toBe(1));

  test.each([
    ['a'],
    ['A.'],
    ['a, please'],
    ['a: fine'],
    ['a - fine'],
    ['(a) fine'],
    ['option a is fine'],
    ['1a is fine'],
  ])('%j is the first, though "a" is a word', (text) => expect(read(text).option).toBe(0));
});

describe('is prose alone', () => {
  test.each([
    ['2b'], // another question
    ['0b'],
    ['2 b'],
    ['option 2b'],
    ['d'], // there is no such option
    ['1z'],
    ['1'],
    ['yes'],
    ['both'],
    ['A small fix would do'],
    ['a'.repeat(3)],
    ['1 a day is fine'],
    ['C++ is what we use'],
    ['b2b matters more'],
    ["b's better"],
    ['c.f. the other issue'],
    ['(b'],
    ['I think b'],
    ['Rename it, and tell people'],
    ['é'],
    [''],
    ['> b'],
  ])('%j', (text) => expect(read(text).option).toBeNull());

  test.each([['I would wait'], ['I, for one, would wait'], ['Option I prefer is none']])(
    '%j, though there are nine options',
    (text) => expect(read(text, ['4', '5', '6', '7', '8', '9']).option).toBeNull(),
  );

  test('anything, when the question has no options', () => {
    expect(parseAnswer('b', { number: 1, options: [] })).toEqual({
      option: null,
      text: 'b',
      isBare: false,
      isMiss: false,
    });
  });
});

test('keeps what they wrote, without what they quoted before it', () => {
  expect(read('> a or b?\n>\n\n b, but:\n> this stays\nend \n').text).toBe('b, but:\n> this stays\nend');
  expect(read('> only a quote').text).toBe('> only a quote');
});

test('every option can be named by its letter, its number and letter, and its words', () => {
  const words = fc.uniqueArray(
    fc.string({ minLength: 20 }).map((text) => `it is ${text.replace(/[\s.!]+/g, '')}`),
    {
      minLength: 1,
      maxLength: 10,
      selector: (text) => text.toLowerCase(),
    },
  );
  fc.assert(
    fc.property(words, fc.nat({ max: 9 }), fc.integer({ min: 1, max: 99 }), (all, at, number) => {
      const index = at % all.length;
      const letter = String.fromCharCode(97 + index);
      for (const text of [
        letter,
        `${number}${letter}`,
        `(${letter})`,
        `${number} ${letter.toUpperCase()}.`,
        all[index]!,
      ]) {
        expect(parseAnswer(text, { number, options: all }).option).toBe(index);
      }
      expect(parseAnswer(`${number + 1}${letter}`, { number, options: all }).option).toBeNull();
    }),
  );
});

test('whatever is written and offered, nothing throws and no other option is named', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (text, all) => {
      const { option } = parseAnswer(text, { number: 1, options: all });
      expect(option === null || option < all.length).toBe(true);
    }),
  );
});

test.each([
  ['b', true],
  ['1b', true],
  ['**B.**', true],
  ['option (a)', true],
  ['Blue', true],
  ['a, but first remove the file', false],
  ['b\nand then some', false],
  ['just do it', false],
])('%j is bare: %s', (text, isBare) => {
  expect(parseAnswer(text, { number: 1, options: ['Red', 'Blue'] }).isBare).toBe(isBare);
});

describe('a choice that is not there', () => {
  test.each(['d', '1z', '2b', '0b', 'option 2b', '**2b.**', '(d)', '> a or b?\n\nd'])('%j is a miss', (text) => {
    expect(read(text)).toMatchObject({ option: null, isMiss: true });
  });
  test.each(['b', '1', 'both', 'd would be best', '2b or not 2b', 'é', ''])('%j is none', (text) => {
    expect(read(text).isMiss).toBe(false);
  });
  test('without options, only an earlier question’s number', () => {
    const open = (text: string) => parseAnswer(text, { number: 2, options: [] }).isMiss;
    expect(['1b', 'b', '2b', '3b'].map(open)).toEqual([true, false, false, false]);
  });
});

test.each([
  ['b', true],
  ['> a or b?', false],
  ['> a or b?\n\n> or c', false],
  ['> a or b?\n\nb', true],
  ['@bob what do you think?', false],
  ['> a or b?\n\n@bob what do you think?', false],
  ['**@acme/design** b?', false],
  ['@reeve b', true],
  ['@Reeve[bot] b', true],
  ['b, as @bob said', true],
  ['', false],
])('%j may answer: %s', (comment, may) => expect(mayAnswer(comment, 'reeve[bot]')).toBe(may));

test('a call of ours before the choice does not hide it', () => {
  expect(read('@reeve b')).toMatchObject({ option: 1, isBare: true });
  expect(read('@reeve[bot], b').option).toBe(1);
  expect(mentionAtStart('@acme/design b')).toBe('acme/design');
});
