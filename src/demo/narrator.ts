import type { Clock } from '../lib/clock.ts';

/** Tells the story as it happens: one plain sentence a line, with the seconds since it began. */
export type Narrator = {
  tell(sentence: string): void;
  /** Text that is shown as it is, indented. */
  show(text: string): void;
  elapsedMs(): number;
};

const SECONDS_WIDTH = 5;

export function createNarrator(write: (line: string) => void, now: Clock): Narrator {
  const startedAt = now();
  const elapsedMs = (): number => now() - startedAt;
  return {
    elapsedMs,
    tell: (sentence) => write(`${(elapsedMs() / 1000).toFixed(1).padStart(SECONDS_WIDTH)} s  ${sentence}\n`),
    show: (text) => write(`${text.replace(/^(?=.)/gm, ' '.repeat(SECONDS_WIDTH + 4))}\n`),
  };
}
