import type { HiddenKind } from './hidden.ts';

/** What people should know of how a prompt was made. Hostile text, but for `template` and `line`. */
export type PromptNotes = {
  readonly hidden: readonly HiddenNote[];
  /** How much more was left out than `hidden` tells. */
  readonly hiddenMore: number;
  readonly mistakes: readonly TemplateMistake[];
};

/** A piece of text that was left out, because nobody sees it on the page. */
export type HiddenNote = {
  /** Where it stood: `the issue`. */
  readonly in: string;
  readonly by: string;
  readonly kind: HiddenKind;
  readonly text: string;
};

/** Why a template of the repository was not used. */
export type TemplateMistake = {
  /** Its path in the repository. */
  readonly template: string;
  /** Counted from 1; null when it is about the whole file. */
  readonly line: number | null;
  readonly problem: string;
};

const HIDDEN_TOLD_MAX = 5; // enough to see what it is about; the text itself stands on the page for whoever looks
const HIDDEN_CHARACTERS_MAX = 160;
const MISTAKES_TOLD_MAX = 5;

/** The notes, as many as a card has room for; null when there is nothing to tell. */
export function promptNotes(hidden: readonly HiddenNote[], mistakes: readonly TemplateMistake[]): PromptNotes | null {
  if (hidden.length === 0 && mistakes.length === 0) return null;
  return {
    hidden: hidden.slice(0, HIDDEN_TOLD_MAX).map((one) => ({ ...one, text: cut(one.text) })),
    hiddenMore: Math.max(0, hidden.length - HIDDEN_TOLD_MAX),
    mistakes: mistakes.slice(0, MISTAKES_TOLD_MAX),
  };
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= HIDDEN_CHARACTERS_MAX
    ? line
    : `${line.slice(0, HIDDEN_CHARACTERS_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
