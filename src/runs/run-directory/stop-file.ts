import { access } from 'node:fs/promises';

import type { RunDirectory } from '../run-directory.ts';
import { createFileOnce } from './create-file.ts';
import { readTextSafely } from './safe-read.ts';

const STOP_BYTES_MAX = 100;

/** Asks the run to end, or never to start. Gives when that was asked for first (epoch ms). */
export async function requestStop({ stop }: RunDirectory, now: number): Promise<number> {
  if (await createFileOnce(stop, `${now}\n`)) return now;
  const first = await readTextSafely(stop, STOP_BYTES_MAX);
  if (first.kind !== 'read' || !/^\d{1,15}\n$/.test(first.value)) return 0; // unreadable: then it is high time
  return Math.min(Number(first.value), now);
}

/** Whether anybody asked the run to end. */
export async function isStopRequested({ stop }: RunDirectory): Promise<boolean> {
  try {
    await access(stop);
    return true;
  } catch {
    return false; // absent, or not to be seen: whoever stops a run asks again, and insists
  }
}
