import { authorText, type Author } from './author.ts';
import type { HiddenNote } from './notes.ts';
import { untrusted } from './untrusted.ts';
import { visible } from './visible.ts';

/** A part of a prompt, complete with its heading: words of ours around fenced texts. */
export type Section = { readonly text: string; readonly hidden: readonly HiddenNote[] };

/** A text of somebody, and how it is introduced: `Comment`. */
export type PeopleText = {
  readonly what: string;
  readonly markdown: string;
  readonly author: Author;
  readonly charactersMax: number;
  /** Behind the author: `, 3 h ago`. */
  readonly when?: string;
};

/** `Comment by mona (owner, may write), 3 h ago:` and the text in a fence. */
export function peopleText({ what, markdown, author, charactersMax, when = '' }: PeopleText): Section {
  const { text, hidden } = untrusted(markdown, charactersMax);
  return {
    text: `${what} by ${authorText(author)}${when}:\n\n${text}`,
    hidden: hidden.map((one) => ({ ...one, in: what.toLowerCase(), by: author.login })),
  };
}

/** Parts of ours and of people under one heading. */
export function section(heading: string, parts: readonly (Section | string)[]): Section {
  const texts = parts.map((part) => (typeof part === 'string' ? part : part.text));
  return {
    text: [`# ${heading}`, ...texts].join('\n\n'),
    hidden: parts.flatMap((part) => (typeof part === 'string' ? [] : part.hidden)),
  };
}

const LINE_CHARACTERS_MAX = 300; // a name; longer ones are no names

/** A name that somebody chose (a path, a check, a label) as code within a line of ours. */
export function named(text: string): string {
  const line = visible(text)
    .replace(/[\s`]+/g, ' ')
    .trim()
    .slice(0, LINE_CHARACTERS_MAX);
  return `\`${line.replace(/[\ud800-\udbff]$/, '')}\``;
}
