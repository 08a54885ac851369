import { Worker } from 'node:worker_threads';

import { crashPointsForThreads } from '../../lib/crash-point.ts';
import { endsWithin } from '../../lib/ends-within.ts';
import type { NewDelivery } from '../store.ts';
import { createGroup, GROUP_BYTES, type Group, type GroupAnswer } from './group.ts';

export type Writer = {
  /** As `deliveries.receive`. */
  receive(delivery: NewDelivery): Promise<'stored' | 'known'>;
  /** What is in hand is stored first; then it takes no more. Closing twice is harmless. */
  close(): Promise<void>;
};

type Options = {
  /** The database file, which must have its tables. */
  readonly path: string;
  /** The built `writer-thread`. */
  readonly program: URL;
  /** Of the lease, which is checked in each group's transaction. */
  readonly token: number;
};

type Thread = {
  readonly worker: Worker;
  /** Handed over and not answered, oldest first. */
  readonly groups: Group[];
  readonly ended: Promise<unknown>;
};

/** One is being stored while the next is on its way, so that the thread never waits for us. More would be smaller groups. */
const GROUPS_AT_ONCE = 2;
/** Beyond it the disk is too slow for what comes, and we say so instead of filling memory. The intake's own bound is smaller. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
const WAITING_GROUPS_MAX = 200; // and for many small ones
const SPARE_BUFFERS_MAX = 4; // of GROUP_BYTES each, kept for the next groups
const RESTART_MS = 1000; // between two starts of the thread: what kills it at once must not keep a core busy
const CLOSE_MS_MAX = 10_000; // as long as GitHub waits for an answer

/**
 * Stores deliveries in a thread of its own, many in one transaction: while one group is written the next one gathers, so
 * groups are as large as the disk is slow. None resolves before its own commit and sync returned. A thread that dies fails
 * what it had in hand, and the next delivery starts another.
 */
export function createWriter({ path, program, token }: Options): Writer {
  const spare: ArrayBuffer[] = [];
  const gathering: Group[] = [];
  let gatheredBytes = 0;
  let thread: Thread | null = null;
  let startedAt = Number.NEGATIVE_INFINITY;
  let closing: Promise<void> | null = null;

  const open = (length: number): Group => {
    const last = gathering.at(-1);
    if (last?.hasRoomFor(length) === true) return last;
    const isLarge = length > GROUP_BYTES;
    const group = createGroup(isLarge ? new ArrayBuffer(length) : (spare.pop() ?? new ArrayBuffer(GROUP_BYTES)));
    gathering.push(group);
    return group;
  };

  const handOver = (): void => {
    while (thread !== null && thread.groups.length < GROUPS_AT_ONCE) {
      const group = gathering.shift();
      if (group === undefined) return;
      gatheredBytes -= group.bytes();
      post(thread, group);
    }
  };

  const startThread = (): Thread => {
    startedAt = performance.now();
    return openThread(new Worker(program, { workerData: { path, token, crash: crashPointsForThreads() } }), {
      answered: ({ bytes }) => {
        if (bytes.byteLength === GROUP_BYTES && spare.length < SPARE_BUFFERS_MAX) spare.push(bytes);
        handOver();
      },
      ended: (error) => {
        thread = null;
        for (const group of gathering.splice(0)) group.fail(error);
        gatheredBytes = 0;
      },
    });
  };

  return {
    async receive(delivery) {
      if (closing !== null) throw new Error('The store is closed.');
      const payload = typeof delivery.payload === 'string' ? Buffer.from(delivery.payload) : delivery.payload;
      if (gatheredBytes + payload.length > WAITING_BYTES_MAX || gathering.length >= WAITING_GROUPS_MAX) {
        throw new Error('More deliveries wait to be stored than memory is kept for.');
      }
      if (thread === null) {
        if (performance.now() - startedAt < RESTART_MS) {
          throw new Error('The thread that stores deliveries ended, and was started again only a moment ago.');
        }
        thread = startThread();
      }
      if (gathering.length === 0) setImmediate(handOver); // what came in one look at the sockets goes together
      const stored = open(payload.length).add(delivery, payload);
      gatheredBytes += payload.length;
      return stored;
    },
    close() {
      closing ??= thread === null ? Promise.resolve() : endThread(thread, gathering.splice(0));
      return closing;
    },
  };
}

type Ears = { readonly answered: (answer: GroupAnswer) => void; readonly ended: (error: Error) => void };

/** Listens to a thread: each answer is told to its group, and the end of the thread to those that it had in hand. */
function openThread(worker: Worker, { answered, ended }: Ears): Thread {
  const groups: Group[] = [];
  let cause: unknown = null;
  worker.on('message', (answer: GroupAnswer) => {
    groups.shift()?.answer(answer);
    answered(answer);
  });
  worker.once('error', (error) => (cause = error));
  const end = new Promise((resolve) => worker.once('exit', resolve)).then(() => {
    const error = new Error('The thread that stores deliveries ended.', { cause });
    for (const group of groups.splice(0)) group.fail(error);
    ended(error);
  });
  return { worker, groups, ended: end };
}

function post({ worker, groups }: Thread, group: Group): void {
  const message = group.message();
  groups.push(group);
  worker.postMessage(message, [message.bytes]);
}

/** Messages are heard in order, so all that was taken is stored before the thread closes its file. */
async function endThread(thread: Thread, rest: readonly Group[]): Promise<void> {
  for (const group of rest) post(thread, group);
  thread.worker.postMessage('close');
  if (!(await endsWithin(CLOSE_MS_MAX, thread.ended))) await thread.worker.terminate();
}
