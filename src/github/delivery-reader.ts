import { fileURLToPath } from 'node:url';
import { z } from 'zod';

import type { IncomingEvent } from '../domain/event/incoming.ts';
import { exec } from '../lib/exec.ts';
import { mayConcernUs, parseDelivery, type ParsedDelivery } from './webhook.ts';

/**
 * Up to here a body is read where we are: an issue and a comment of full length, all of it escaped, are smaller. It is
 * harmless at this size whatever is in it: the parser of V8 does not recurse, so nesting costs no stack, and the worst that
 * can be nested or made to collide costs some tens of milliseconds.
 */
const SMALL_BYTES_MAX = 512 * 1024;
const READERS_MAX = 3; // large bodies at once, each with its own program
const READ_MS_MAX = 3_000; // for any body, with the start of the program on a busy machine; small bodies go on meanwhile
const READ_MS_PER_MIB = 20; // the largest of 25 MiB gets half a second more
const MEMORY_MIB_MAX = 256; // ten times the largest body
const ANSWER_BYTES_MAX = 4 * 1_048_576; // an event holds a comment of 64 KiB at most, and it says little else
const MIB = 1_048_576;

export type DeliveryReader = {
  /**
   * The event that a delivery tells; rejects when its body costs more time or memory than any body of GitHub does. `payload`
   * is called when there is room for it, and not at all when the event does not concern us.
   */
  readonly read: (
    delivery: { readonly event: string; readonly payloadBytes: number },
    payload: () => Promise<string>,
  ) => Promise<ParsedDelivery>;
};

/** `program` is the one that reads, reader-program.js; tests have others, and other times. */
export function createDeliveryReader({ program, readMsMax = READ_MS_MAX }: Options): DeliveryReader {
  const room = createRoom(READERS_MAX);
  return {
    async read({ event, payloadBytes }, payload) {
      if (!mayConcernUs(event)) return parseDelivery(event, '');
      if (payloadBytes <= SMALL_BYTES_MAX) return parseDelivery(event, await payload());
      const leave = await room.enter();
      try {
        const timeoutMs = Math.ceil(readMsMax + (payloadBytes / MIB) * READ_MS_PER_MIB);
        return await readInProgram(program, `${event}\n${await payload()}`, timeoutMs);
      } finally {
        leave();
      }
    },
  };
}

type Options = { readonly program: URL; readonly readMsMax?: number };

/**
 * A program of its own for each: whatever a body does to it, we and the next one go on. A thread would not do: one that
 * runs out of memory while it is being ended takes the whole process with it.
 */
async function readInProgram(program: URL, input: string, timeoutMs: number): Promise<ParsedDelivery> {
  const args = [`--max-old-space-size=${MEMORY_MIB_MAX}`, fileURLToPath(program)];
  const limits = { timeoutMs, outputBytesMax: ANSWER_BYTES_MAX };
  const { exitCode, stdout, endedBecause } = await exec(process.execPath, args, { env: {}, input, ...limits });
  if (endedBecause === 'timeout') throw unreadable('it takes too long');
  if (exitCode !== 0) throw unreadable('the program that reads it ended without an answer');
  try {
    return answer.parse(JSON.parse(stdout));
  } catch (error) {
    throw unreadable('the answer is none', error);
  }
}

function unreadable(why: string, cause?: unknown): Error {
  return new Error(`Its body cannot be read: ${why}.`, { cause });
}

/** Our own program has checked all of it; this tells its answer from anything else. */
const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: z.custom<IncomingEvent>((event) => typeof event === 'object') }),
  z.object({ kind: z.literal('uninteresting'), why: z.string() }),
]);

function createRoom(max: number): { enter(): Promise<() => void> } {
  const waiting: (() => void)[] = []; // no more than deliveries are in hand
  let inside = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next)
      next(); // the place is handed on
    else inside -= 1;
  };
  return {
    async enter() {
      if (inside < max) inside += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
  };
}
