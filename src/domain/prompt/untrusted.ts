import { fenceFor } from './fence.ts';
import { seen } from './seen.ts';

/**
 * Text of people as an agent gets it: what a reader of the page can see of it, at most so many characters, in a fence
 * that it cannot end.
 */
export function untrusted(text: string, charactersMax: number): string {
  const clean = seen(text).trim();
  if (clean.length <= charactersMax) return verbatim(clean);
  return verbatim(`${clean.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '')}\n[… the rest is left out]`);
}

/** The words as they are, in a fence that they cannot end. */
export function verbatim(text: string): string {
  const fence = fenceFor(text);
  return `${fence}text\n${text}\n${fence}`;
}
