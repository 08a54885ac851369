import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;

/** Looks again and again until there is something to see. Rejects after `deadlineMs`, and says what it waited for. */
export async function until<Seen>(
  what: string,
  deadlineMs: number,
  look: () => Seen | null | false | undefined,
): Promise<Seen> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const seen = look();
    if (seen) return seen;
    if (waitedMs >= deadlineMs) throw new Error(`Waited ${deadlineMs / 1000} s in vain for this: ${what}.`);
    await pause(LOOK_EVERY_MS);
  }
}
