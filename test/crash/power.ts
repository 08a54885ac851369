import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { figure } from '../figures.ts';
import { canTrace } from './kill.ts';
import { startLife } from './life.ts';
import type { Part } from './parts.ts';
import { endWorld, makeWorld, type World } from './world.ts';

const DELIVERIES = 12;
const SHOWN_BYTES = 6000; // of each call: a whole page of the database

/**
 * What a kill cannot show, because the system still holds what a dead process wrote: a power cut. So the calls of the server
 * are read: each delivery's bytes must be in the log of the database and synced before its 202 is sent.
 */
export const power: Part = async ({ tell, dist }) => {
  if (!canTrace()) {
    tell('strace is not here or may not trace: nobody looked whether each answer comes after its sync.');
    return [];
  }
  const world = await makeWorld(dist);
  try {
    const trace = join(world.directory, 'trace');
    const ids = await deliverUnder(world, trace);
    const early = answeredEarly(readFileSync(trace, 'latin1').split('\n'), ids);
    for (const id of early) tell(`The delivery ${id} was answered before it was synced.`);
    return [
      figure('crash.answers', ids.length, { atLeast: DELIVERIES }, 'checked'),
      figure('crash.answersBeforeSync', early.length, { atMost: 0 }),
    ];
  } finally {
    await endWorld(world);
  }
};

/** Sends deliveries one after another to a server whose calls are written down; gives the ids of those that were accepted. */
async function deliverUnder(world: World, trace: string): Promise<readonly string[]> {
  const { environment, emulator } = world;
  const life = startLife(world, (argv) => ({
    argv: [
      ...['strace', '-D', '-f', '-b', 'execve', '-y', '-qq', '-s', String(SHOWN_BYTES), '-o', trace],
      ...['-e', 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg'],
      ...argv,
    ],
    env: {},
  }));
  if ((await life.up) === null) throw new Error(`The server would not start: ${life.log()}`);
  const { webhookSecret } = emulator.app;
  const ids: string[] = [];
  for (let count = 0; count < DELIVERIES; count += 1) {
    const id = randomUUID();
    const body = JSON.stringify({ zen: id });
    const { status } = await fetch(`http://127.0.0.1:${environment['PORT']}/api/github/webhooks`, {
      method: 'POST',
      body,
      headers: {
        ...{ 'content-type': 'application/json', 'x-github-event': 'ping', 'x-github-delivery': id },
        'x-hub-signature-256': `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`,
      },
    });
    if (status === 202) ids.push(id);
  }
  await life.stop();
  return ids;
}

/**
 * Walks the calls in their order. The deliveries were sent one after another, so the n-th 202 is the answer to the n-th. A
 * sync counts when it began after the bytes were written and ended before the answer began.
 */
export function answeredEarly(calls: readonly string[], ids: readonly string[]): readonly string[] {
  const written = new Set<string>();
  const synced = new Set<string>();
  const syncing = new Map<string, ReadonlySet<string>>();
  const early: string[] = [];
  let answers = 0;
  for (const call of calls) {
    const thread = /^\d+/.exec(call)?.[0] ?? '';
    if (/^\d+ +pwrite64\(\d+<[^>]*reeve\.db-wal>/.test(call)) {
      for (const id of ids) if (call.includes(id)) written.add(id);
    } else if (/^\d+ +f(data)?sync\(\d+<[^>]*reeve\.db-wal>/.test(call)) {
      if (call.includes('unfinished')) syncing.set(thread, new Set(written));
      else if (call.endsWith('= 0')) for (const id of written) synced.add(id);
    } else if (/f(data)?sync resumed>.*= 0$/.test(call)) {
      for (const id of syncing.get(thread) ?? []) synced.add(id);
      syncing.delete(thread);
    } else if (call.includes('HTTP/1.1 202 ')) {
      const id = ids[answers] ?? '';
      answers += 1;
      if (!synced.has(id)) early.push(id);
    }
  }
  return answers === ids.length ? early : ids;
}
