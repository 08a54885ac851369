import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import Database from 'better-sqlite3';

import { deliveryId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { figure, type Figure } from '../figures.ts';
import { createHome, writerProgram } from './home.ts';
import { watchMemory } from './memory.ts';
import { quantile, rounded } from './numbers.ts';
import { examplePayload, sign } from './payload.ts';

const BACKLOG_ROWS = 100_000;
const AT_ONCE = 256; // as many as the writer puts into one commit
const OUTAGE_MS = 3_600_000; // the backlog is an hour old
const LIVE_INTERVAL_MS = 100;
const LOOK_MS = 20;
const WARM_UP_MS = 2000;
const DRAIN_MS_MAX = 300_000;
const P99 = 0.99;
const GROWTH_MIB_MAX = 64;
const LIVE_P99_MS_MAX = 1000;
const MS_A_SECOND = 1000;

/**
 * 100,000 deliveries wait when the server starts, and new ones go on coming: new ones are routed first, and the backlog is
 * drained in memory that stays. The rate is compared with that of storing the same rows, many in one commit.
 */
export async function benchBacklog(): Promise<readonly Figure[]> {
  const home = createHome();
  const server = home.server('web,work');
  try {
    process.stderr.write(`  storing ${BACKLOG_ROWS} deliveries\n`);
    await server.start(); // makes the home
    await server.stop();
    const insertRate = await storeBacklog(home.storePath);
    const startedAt = performance.now();
    const url = await server.start();
    const drained = await drain(home.storePath, url, server.pid());
    const rate = BACKLOG_ROWS / ((drained.endedAt - startedAt) / MS_A_SECOND);
    return [
      figure('backlog.left', drained.left, { atMost: 0 }, 'rows'),
      figure('backlog.liveP99Ms', rounded(quantile(drained.liveMs, P99)), { atMost: LIVE_P99_MS_MAX }, 'ms'),
      figure('backlog.growthMiB', rounded(drained.growthMiB), { atMost: GROWTH_MIB_MAX }, 'MiB'),
      figure('backlog.rate', Math.round(rate), null, 'rows/s'),
      figure('backlog.insertRate', Math.round(insertRate), null, 'rows/s'),
      figure('backlog.ratio', rounded(rate / insertRate), null),
      figure('backlog.live', drained.liveMs.length, { atLeast: 1 }, 'deliveries'),
    ];
  } finally {
    await server.kill9();
    home.remove();
  }
}

/** Straight through the store, while no server runs. Gives rows a second. */
async function storeBacklog(path: string): Promise<number> {
  const store = openSqliteStore({ path, writerProgram });
  const payload = examplePayload();
  const receivedAt = systemClock() - OUTAGE_MS;
  const startedAt = performance.now();
  for (let from = 0; from < BACKLOG_ROWS; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, BACKLOG_ROWS - from) }, (_, index) => ({
      ...{ id: deliveryId(randomUUID()), event: 'issues', payload, receivedAt: receivedAt + from + index },
    }));
    await Promise.all(some.map((delivery) => store.deliveries.receive(delivery)));
  }
  const seconds = (performance.now() - startedAt) / MS_A_SECOND;
  await store.close();
  return BACKLOG_ROWS / seconds;
}

/** Sends new deliveries until nothing waits, and sees how long each takes from its sending to its end. */
async function drain(path: string, url: string, pid: number | undefined) {
  const db = new Database(path, { readonly: true });
  const [isEnded, count] = [
    db.prepare(`select 1 from deliveries where id = ? and state <> 'waiting'`),
    db.prepare(`select count(*) as count from deliveries where state = 'waiting'`),
  ];
  const left = (): number => (count.get() as { count: number }).count;
  const sentAt = new Map<string, number>();
  const liveMs: number[] = [];
  const look = (): void => {
    for (const [id, at] of sentAt) {
      if (isEnded.get(id) === undefined) continue;
      sentAt.delete(id);
      liveMs.push(performance.now() - at);
    }
  };
  const looking = setInterval(look, LOOK_MS);
  const until = performance.now() + DRAIN_MS_MAX;
  let memory: ReturnType<typeof watchMemory> | null = null;
  const startedAt = performance.now();
  for (let last = left(); last > 0 && performance.now() < until; last = left() - sentAt.size) {
    // What a server needs anyway, once it works, is no growth.
    if (memory === null && performance.now() - startedAt > WARM_UP_MS) memory = watchMemory(pid);
    const id = randomUUID();
    sentAt.set(id, performance.now());
    await send(url, id);
    await delay(LIVE_INTERVAL_MS);
  }
  const endedAt = performance.now();
  for (let waited = 0; sentAt.size > 0 && waited < MS_A_SECOND; waited += LOOK_MS) await delay(LOOK_MS);
  clearInterval(looking);
  const rest = {
    left: left(),
    growthMiB: memory?.stop() ?? 0,
    liveMs: [...liveMs, ...[...sentAt.values()].map((at) => performance.now() - at)],
  };
  db.close();
  return { endedAt, ...rest };
}

const body = examplePayload();
const signature = sign(body);

async function send(url: string, id: string): Promise<void> {
  const headers = { 'x-github-event': 'issues', 'x-github-delivery': id, 'x-hub-signature-256': signature };
  const { status } = await fetch(`${url}/api/github/webhooks`, { method: 'POST', body, headers });
  if (status !== 202) throw new Error(`A delivery was answered with ${status}.`);
}
