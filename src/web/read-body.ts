import type { IncomingMessage } from 'node:http';

export type BodyLimits = {
  /** Of one body. */
  readonly bodyBytesMax: number;
  /** Of all bodies that are in memory at the same time. */
  readonly totalBytesMax: number;
  /** From the headers to the last byte. */
  readonly readMsMax: number;
};

/** GitHub sends nothing larger than 25 MB, and gives up after 10 seconds. */
export const bodyLimits: BodyLimits = {
  bodyBytesMax: 25 * 1024 * 1024,
  totalBytesMax: 26 * 1024 * 1024, // one of the largest and hundreds of the usual size
  readMsMax: 10_000,
};

/** Memory for bodies, shared by all requests of a server. */
export type BodyBudget = {
  readonly limits: BodyLimits;
  /** Changed by `readBody` and what it gives. */ usedBytes: number;
  /** Bodies that are being read. */
  readonly reading: Set<BodyInHand>;
};

type BodyInHand = { size: number; readonly giveWay: () => void };

export const createBodyBudget = (limits: BodyLimits = bodyLimits): BodyBudget => ({
  limits,
  usedBytes: 0,
  reading: new Set(),
});

export type BodyRead =
  | {
      readonly outcome: 'read';
      readonly size: number;
      readonly bytes: () => Buffer;
      /** Gives the room back, once the body is not needed any more. */
      readonly release: () => void;
    }
  | { readonly outcome: 'too-large' | 'too-slow' | 'no-room' | 'broken' };

/**
 * Reads a whole body, but never more than the limits allow: what was announced too large is not read at all, and what
 * turns out so is dropped at that moment. Counts the bytes that are really in memory, so announcing costs nobody room.
 * When there is no room the body that holds most of it gives way: huge senders cannot keep out the usual ones.
 * `hear` gets each piece as it comes. The caller ends the connection of a body that was not read.
 */
export function readBody(
  request: IncomingMessage,
  budget: BodyBudget,
  hear: (chunk: Buffer) => void,
): Promise<BodyRead> {
  const { limits, reading } = budget;
  if (isAnnouncedTooLarge(request, limits)) return Promise.resolve({ outcome: 'too-large' });
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    const body: BodyInHand = { size: 0, giveWay: () => end({ outcome: 'no-room' }) };
    const release = (): void => {
      budget.usedBytes -= body.size;
      body.size = 0;
      chunks = [];
    };
    const end = (read: BodyRead): void => {
      clearTimeout(timer);
      reading.delete(body);
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      request.on('error', ignore); // whatever happens to it now has been answered
      if (read.outcome !== 'read') release();
      resolve(read);
    };
    const onData = (chunk: Buffer): void => {
      body.size += chunk.length;
      budget.usedBytes += chunk.length;
      if (body.size > limits.bodyBytesMax) return end({ outcome: 'too-large' });
      if (budget.usedBytes > limits.totalBytesMax) makeRoom(reading);
      if (!reading.has(body)) return;
      chunks.push(chunk);
      hear(chunk);
    };
    const bytes = (): Buffer => {
      const [first, ...more] = chunks;
      return first !== undefined && more.length === 0 ? first : Buffer.concat(chunks);
    };
    const onEnd = (): void => end({ outcome: 'read', size: body.size, bytes, release });
    const onBroken = (): void => end({ outcome: 'broken' });
    const timer = setTimeout(() => end({ outcome: 'too-slow' }), limits.readMsMax);
    reading.add(body);
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

const ignore = (): void => {};

function makeRoom(reading: ReadonlySet<BodyInHand>): void {
  let largest: BodyInHand | null = null;
  for (const body of reading) if (largest === null || body.size > largest.size) largest = body;
  largest?.giveWay();
}

/** Its headers say that the body is larger than one may be. */
export function isAnnouncedTooLarge({ headers }: IncomingMessage, { bodyBytesMax }: BodyLimits): boolean {
  return Number(headers['content-length'] ?? 0) > bodyBytesMax;
}
