import type { Call, Hands } from './hands.ts';
import { ASKING, QUICK } from './seed.ts';
import { workOn, type Step } from './work.ts';

/** A message of a conversation as a model gets it, whatever its provider's form. */
export type Message = { readonly role: string; readonly text: string };

/** What the model says next, and what can be told of the conversation from the request alone. */
export type Turn = {
  readonly text: string;
  readonly call: Call | null;
  /** The run is to stay at work until the story goes on. */
  readonly isHeldBack: boolean;
  /** Whether the conversation holds what the model itself said before the question; null where nothing was said before. */
  readonly remembers: boolean | null;
};

/**
 * The turn that follows in a conversation. Nothing is kept between requests: how far the work is, the results of its calls
 * tell, so that a request that is made once more gets the same answer.
 */
export function nextTurn(messages: readonly Message[], hands: Hands): Turn {
  const promptAt = messages.findLastIndex(({ role, text }) => role === 'user' && issueOf(text) !== null);
  const prompt = messages[promptAt]?.text ?? '';
  const issue = issueOf(prompt);
  const isAnswered = prompt.includes('a person answered it');
  const work = issue === null ? null : workOn(issue, isAnswered);
  const before = messages.slice(0, Math.max(promptAt, 0));
  const remembers = issue === ASKING && isAnswered ? hasHeardItself(before) : null;
  if (work === null) return { text: 'This is not of my story.', call: null, isHeldBack: false, remembers };

  const calls = work.steps.flatMap((step) => hands(step).map((call) => ({ call, step })));
  const done = messages.slice(promptAt).filter(({ role }) => role === 'tool').length;
  const next = calls[done];
  const text = next === undefined ? work.closing : done === 0 ? work.opening : '';
  return { text, call: next?.call ?? null, isHeldBack: issue === QUICK && isResult(next?.step), remembers };
}

/** Words of the model's own that stand nowhere else: no prompt and no file has them. */
function hasHeardItself(before: readonly Message[]): boolean {
  const words = workOn(ASKING, false)?.opening ?? '';
  return before.some(({ role, text }) => role === 'assistant' && text.includes(words));
}

function isResult(step: Step | undefined): boolean {
  return step?.kind === 'result';
}

/** The issue that a prompt of ours is about; null for any other text. */
function issueOf(text: string): number | null {
  const found = /^The work is issue #(\d+) /m.exec(text);
  return found ? Number(found[1]) : null;
}
