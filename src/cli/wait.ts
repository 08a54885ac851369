import { setTimeout as delay } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';

import { outcomeOfSighting, versionOf, type Sighting } from '../domain/session/sighting.ts';
import type { Clock } from '../lib/clock.ts';
import { outcomeJson, outcomeText } from '../render/outcome.ts';
import { outcomeExitCodes } from './exit-codes.ts';
import type { Home } from './home.ts';
import { openHome, SESSION_ARGUMENT, type Parts, type Programs } from './programs.ts';

const LOOK_MS = 500; // a look takes a few milliseconds; people and scripts do not notice half a second
const TIMEOUT_SECONDS_MAX = 31 * 24 * 3_600; // a month: more is a slip of the finger

type WaitOptions = { readonly timeout?: number; readonly untilChange?: boolean; readonly json?: boolean };

/** `reeve wait ID [--timeout S] [--until-change] [--json]` */
export function addWait({ reeve, surroundings, end }: Parts, home: Programs['home']): void {
  reeve
    .command('wait')
    .description('wait until a session has ended or needs a person; looks only, also while no server runs')
    .argument('<id>', SESSION_ARGUMENT)
    .option('--timeout <seconds>', 'give up waiting after so long; nothing is cancelled by that', parseSeconds)
    .option('--until-change', 'end with the next change of the session, whatever it is')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { timeout, untilChange, json }: WaitOptions) => {
      const { now, write, writeError, detached } = surroundings;
      const { sighting, why } = await waitFor(openHome(surroundings, home), {
        ...{ name, now, signal: detached(), isUntilChange: untilChange === true },
        timeoutMs: timeout === undefined ? null : timeout * 1_000,
      });
      const isTimeout = why === 'time-out';
      if (isTimeout) writeError(`Still so after ${timeout} s. Nothing was cancelled; the work goes on.\n`);
      const document = { ...outcomeJson(sighting), isChanged: why === 'changed', isTimeout };
      write(json === true ? `${JSON.stringify(document)}\n` : `${outcomeText(sighting)}\n`);
      end(outcomeExitCodes[why === 'changed' ? 'changed' : outcomeOfSighting(sighting)]);
    });
}

type Waiting = {
  readonly name: string;
  readonly now: Clock;
  readonly signal: AbortSignal;
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null;
  readonly isUntilChange: boolean;
  /** Between two looks. */
  readonly lookMs?: number;
};

type Waited = { readonly sighting: Sighting; readonly why: 'outcome' | 'changed' | 'time-out' | 'detached' };

/** Looks again and again, and changes nothing. The session is the one that the name means at the first look. */
export async function waitFor(home: Pick<Home, 'find'>, options: Waiting): Promise<Waited> {
  const { now, signal, timeoutMs, isUntilChange, lookMs = LOOK_MS } = options;
  const deadline = timeoutMs === null ? Number.POSITIVE_INFINITY : now() + timeoutMs;
  const first = await home.find(options.name);
  for (let sighting = first; ; sighting = await home.find(first.id)) {
    if (isUntilChange && isOther(first, sighting)) return { sighting, why: 'changed' };
    if (outcomeOfSighting(sighting) !== 'active' && !(isUntilChange && isOpen(sighting))) {
      return { sighting, why: 'outcome' };
    }
    const leftMs = deadline - now();
    if (signal.aborted) return { sighting, why: 'detached' };
    if (leftMs <= 0) return { sighting, why: 'time-out' };
    await delay(Math.min(lookMs, leftMs), undefined, { signal }).catch(() => {}); // it rejects when it is aborted
  }
}

function isOther(one: Sighting, other: Sighting): boolean {
  return one.kind !== other.kind || versionOf(one) !== versionOf(other);
}

/** It may yet change: a question waits to be answered. */
function isOpen(sighting: Sighting): boolean {
  return outcomeOfSighting(sighting) === 'input-needed';
}

function parseSeconds(text: string): number {
  const seconds = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= TIMEOUT_SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`A time is a number of seconds up to ${TIMEOUT_SECONDS_MAX}.`);
}
