import { fenceFor } from './fence.ts';
import { isTelling, type Hidden } from './hidden.ts';
import { see } from './seen.ts';

/** A text as an agent gets it: in a fence that it cannot end. `hidden`: what it held that nobody sees, and that could say something. */
export type Fenced = { readonly text: string; readonly hidden: readonly Hidden[] };

/** Markdown of people: what a reader of the page can see of it, at most so many characters. */
export function untrusted(markdown: string, charactersMax: number): Fenced {
  const { text, hidden } = see(markdown.slice(0, READ_CHARACTERS_MAX));
  return { text: verbatim(text.trim(), charactersMax), hidden: hidden.filter(isTelling) };
}

const READ_CHARACTERS_MAX = 70_000; // GitHub takes 65,536; what is longer did not come from there

const TICKS_MAX = 64; // in a row: more means nothing, and the fence, which is longer, would be most of the text

/** The words as they are, at most so many characters, in a fence that they cannot end. */
export function verbatim(text: string, charactersMax: number): string {
  const short = text.replace(new RegExp(`\`{${TICKS_MAX},}`, 'g'), '`'.repeat(TICKS_MAX));
  const cut =
    short.length <= charactersMax
      ? short
      : `${short.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '')}\n[… the rest is left out]`;
  const fence = fenceFor(cut);
  return `${fence}text\n${cut}\n${fence}`;
}
