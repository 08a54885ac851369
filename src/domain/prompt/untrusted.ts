import { fenceFor } from './fence.ts';
import { seen } from './seen.ts';

/**
 * Text of people as an agent gets it: what a reader of the page can see of it, at most so many characters, in a fence
 * that it cannot end.
 */
export function untrusted(text: string, charactersMax: number): string {
  return verbatim(seen(text).trim(), charactersMax);
}

/** The words as they are, at most so many characters, in a fence that they cannot end. */
export function verbatim(text: string, charactersMax: number): string {
  const cut =
    text.length <= charactersMax
      ? text
      : `${text.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '')}\n[… the rest is left out]`;
  const fence = fenceFor(cut);
  return `${fence}text\n${cut}\n${fence}`;
}
