import { expect, test } from 'vitest';

import { handsOf } from './hands.ts';
import { nextTurn, type Message } from './scripted-conversation.ts';
import { ASKING, QUICK } from './seed.ts';
import { workOn } from './work.ts';

const hands = handsOf.gemini;
const prompt = (issue: number, rest = 'Make the change.'): Message => ({
  role: 'user',
  text: `# Your task\n\nThe work is issue #${issue} of the repository in the current directory. ${rest}`,
});
const answered = prompt(ASKING, 'You asked a question and a person answered it.');
const result: Message = { role: 'tool', text: 'Noted.' };
const results = (count: number) => Array.from({ length: count }, () => result);
const said = (text: string): Message => ({ role: 'assistant', text });
const callsOf = (issue: number, isAnswered: boolean) => workOn(issue, isAnswered)?.steps.flatMap(hands) ?? [];

test('the work goes on by one call for each result, and ends with a word', () => {
  const calls = callsOf(ASKING, false);
  const turns = [...calls.keys(), calls.length].map((done) =>
    nextTurn([{ role: 'system', text: 'You are an agent.' }, prompt(ASKING), ...results(done)], hands),
  );
  expect(turns.map(({ call }) => call)).toEqual([...calls, null]);
  expect(turns.map(({ text }) => text !== '')).toEqual([true, false, true]);
});

test('what an agent says beside the prompt is not counted as work', () => {
  const before = [prompt(QUICK), result, { role: 'user', text: '<reminder>The work is yours.</reminder>' }];
  expect(nextTurn([...before, result], hands).call).toEqual(callsOf(QUICK, false)[2]);
});

test('only the result of the quick issue is held back', () => {
  const held = (issue: number, isAnswered: boolean) =>
    [...callsOf(issue, isAnswered).keys()].filter(
      (done) => nextTurn([isAnswered ? answered : prompt(issue), ...results(done)], hands).isHeldBack,
    );
  expect(held(QUICK, false)).toEqual([callsOf(QUICK, false).length - 1]);
  expect([...held(ASKING, false), ...held(ASKING, true)]).toEqual([]);
});

test('an answered question goes on with the rest of the work, from its own first call', () => {
  const before = [prompt(ASKING), ...results(2)];
  expect(nextTurn([...before, answered, result], hands).call).toEqual(callsOf(ASKING, true)[1]);
});

test('it remembers what it said itself before, and nothing that a prompt or a file could say', () => {
  const words = workOn(ASKING, false)?.opening ?? '';
  const remembers = (...messages: readonly Message[]) => nextTurn(messages, hands).remembers;
  expect(remembers(prompt(ASKING), said(words), result, answered)).toBe(true);
  expect(remembers(prompt(ASKING), said('Something else.'), result, answered)).toBe(false);
  expect(remembers({ role: 'user', text: words }, answered)).toBe(false);
  expect(remembers(answered, said(words))).toBe(false);
  expect(remembers(prompt(ASKING), said(words))).toBeNull();
  expect(remembers(prompt(QUICK), said(words), prompt(QUICK))).toBeNull();
});

test('what is not of the story gets a word and no call', () => {
  expect(nextTurn([prompt(7)], hands)).toMatchObject({ text: 'This is not of my story.', call: null });
  expect(nextTurn([{ role: 'user', text: 'Hello' }], hands)).toMatchObject({ call: null, remembers: null });
  expect(nextTurn([], hands)).toMatchObject({ call: null });
});
