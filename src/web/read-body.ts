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
  totalBytesMax: 64 * 1024 * 1024, // two of the largest and many of the usual size
  readMsMax: 10_000,
};

/** Memory for bodies, shared by all requests of a server. */
export type BodyBudget = {
  readonly limits: BodyLimits;
  /** Changed by `readBody` and what it gives. */ usedBytes: number;
};

export const createBodyBudget = (limits: BodyLimits = bodyLimits): BodyBudget => ({ limits, usedBytes: 0 });

export type BodyRead =
  | {
      readonly outcome: 'read';
      readonly bytes: Buffer;
      /** Gives the room back, once the body is not needed any more. */
      readonly release: () => void;
    }
  | { readonly outcome: 'too-large' | 'too-slow' | 'no-room' | 'broken' };

/**
 * Reads a whole body, but never more than the limits allow: what was announced too large is not read at all, and what
 * turns out so is dropped at that moment. Counts the bytes that are really in memory, so announcing costs nobody room.
 * The caller ends the connection of a body that was not read.
 */
export function readBody(request: IncomingMessage, budget: BodyBudget): Promise<BodyRead> {
  const { limits } = budget;
  if (isAnnouncedTooLarge(request, limits)) return Promise.resolve({ outcome: 'too-large' });
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const release = (): void => {
      budget.usedBytes -= size;
      size = 0;
    };
    const end = (read: BodyRead): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      request.on('error', () => {}); // whatever happens to it now has been answered
      if (read.outcome !== 'read') release();
      chunks = [];
      resolve(read);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      budget.usedBytes += chunk.length;
      if (size > limits.bodyBytesMax) end({ outcome: 'too-large' });
      else if (budget.usedBytes > limits.totalBytesMax) end({ outcome: 'no-room' });
      else chunks.push(chunk);
    };
    const onEnd = (): void => end({ outcome: 'read', bytes: Buffer.concat(chunks), release });
    const onBroken = (): void => end({ outcome: 'broken' });
    const timer = setTimeout(() => end({ outcome: 'too-slow' }), limits.readMsMax);
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

/** Its headers say that the body is larger than one may be. */
export function isAnnouncedTooLarge({ headers }: IncomingMessage, { bodyBytesMax }: BodyLimits): boolean {
  return Number(headers['content-length'] ?? 0) > bodyBytesMax;
}
