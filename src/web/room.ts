import { statfs } from 'node:fs/promises';

import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { createLoop, type Service } from '../lib/service.ts';

/** Watches whether the disk of the home has room for more deliveries. */
export type Room = Service & {
  /** As of a moment ago: less than the floor is free. */
  readonly isFull: () => boolean;
  /** What is wrong, as a sentence for operators; null when nothing is. */
  readonly problem: () => string | null;
};

type Options = {
  /** A directory on the disk in question. */
  readonly path: string;
  /** What must stay free, so that what was taken can be worked on: sessions, runs and git need the disk too. */
  readonly freeBytesMin: number;
  readonly now: Clock;
  readonly log: Logger;
};

const LOOK_MS = 1000; // the fastest sender fills a few hundred megabytes in it, and the floor is of that size
const BYTES_A_MEGABYTE = 1_000_000;

/** Looks once a second. A disk that cannot be asked counts as having room: the store itself says when it has none. */
export function createRoom({ path, freeBytesMin, now, log }: Options): Room {
  let freeBytes = Number.POSITIVE_INFINITY;
  const isFull = (): boolean => freeBytes < freeBytesMin;
  const loop = createLoop({
    name: 'disk',
    intervalMs: LOOK_MS,
    now,
    async pass() {
      const { bavail, bsize } = await statfs(path);
      freeBytes = bavail * bsize;
    },
    onError: (err) => log.error({ err }, 'The free space of the disk cannot be seen.'),
  });
  return {
    name: loop.name,
    start: () => loop.start(),
    stop: () => loop.stop(),
    isFull,
    problem: () =>
      isFull()
        ? `The disk of REEVE_HOME has ${Math.floor(freeBytes / BYTES_A_MEGABYTE)} MB free, less than REEVE_DISK_FREE_MB (${freeBytesMin / BYTES_A_MEGABYTE}): deliveries are refused.`
        : null,
  };
}
