import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { STORE_FILE } from './config/home.ts';
import { connect, type Surroundings } from './connect.ts';
import { LEASE_TTL_MS } from './domain/lease/lease.ts';
import { createDeliveryReader } from './github/delivery-reader.ts';
import { crashPoint } from './lib/crash-point.ts';
import { endsWithin } from './lib/ends-within.ts';
import { UserError } from './lib/errors.ts';
import { claimHome } from './lib/home-lock.ts';
import type { Logger } from './lib/log.ts';
import { startWatchdog } from './lib/watchdog.ts';
import { createJobs } from './loops/jobs.ts';
import { createLoops, LEASE_LOOP } from './loops/loops.ts';
import { createEmbeddedQueue } from './queue/embedded/embedded-queue.ts';
import { openSqliteStore, type SqliteStoreOptions } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { createIntake, type Intake } from './web/intake.ts';
import { createProbotApp } from './web/probot.ts';
import { createRoom, type Room } from './web/room.ts';
import { createWebServer } from './web/server.ts';
import type { JobName, Ports, WorkSettings } from './work/ports.ts';
import { blameInHand } from './work/blame-in-hand.ts';
import { besideCommands } from './work/read-command.ts';
import { createCapacity } from './work/capacity.ts';
import { receiveDelivery } from './work/receive-delivery.ts';
import { runWarnings } from './work/run-warnings.ts';
import type { Routing } from './work/route-deliveries.ts';
import { routeDelivery } from './work/route-delivery.ts';
import { findSetAside, setAsideSentences } from './work/set-aside.ts';

/** Jobs at once besides one for each slot: a slow clone in every slot must not hold up a stop or a delivery. */
const OTHER_JOBS_MAX = 16;
// A clone may take minutes, and whoever stops a server kills it after a while. Together well below ten seconds.
const WORK_MS_MAX = 5_000; // for the jobs in hand
const WEB_MS_MAX = 2_000; // for the requests in hand, once nothing new is listened to
const LEASE_LOOK_MS = 1_000; // between two looks whether the lease of another server has ended
const HANG_BEATS_MAX = 20; // seconds; what is not asynchronous takes milliseconds, and waits for a lock at most 5 s

type StartOptions = Surroundings & {
  /** Aborted when the server is to stop, perhaps before it is up. */
  readonly stopping: AbortSignal;
  /** The same process had an app before, which ended well or lost its lease: nothing that was in hand has ended a process. */
  readonly isAnew?: boolean;
};

export type App = {
  /** Where it listens. */
  readonly url: string;
  /** Resolves when this server may not write any more, because another one took its place or it slept too long: stop it. */
  readonly ended: Promise<void>;
  /**
   * Drains: no new run starts, deliveries are taken until the end, running agents are left alone and the next start adopts
   * them. Resolves when the work in hand is done, or has taken too long: jobs are safe to repeat. The home stays claimed in
   * that case, until the process ends.
   */
  stop(): Promise<void>;
};

/**
 * The composition root, with connect.ts: the one place that chooses implementations. Claims the home, opens the store, starts the loops
 * and listens; null when it was to stop before it had the home. Throws UserErrors for what the operator can mend (a home in
 * use, a sandbox that does not work).
 */
export async function startApp(options: StartOptions): Promise<App | null> {
  const { stopping, isAnew = false, ...surroundings } = options;
  const { config, log, now } = surroundings;
  const claim = await claimHome(config.homePath);
  crashPoint('start.claimed');
  const writerProgram = new URL('./store/sqlite/writer-thread.js', import.meta.url);
  const store = await openWhenFree(
    { path: join(config.homePath, STORE_FILE), now, claim, writerProgram, restMs: config.restMs },
    { log, stopping },
  );
  if (store === null) {
    claim.release();
    return null;
  }
  crashPoint('start.opened');
  const queue = createEmbeddedQueue<JobName>({
    concurrency: config.runs.slotsMax + OTHER_JOBS_MAX,
    onError: (err, job, key) => log.error({ err, job, key }, 'A job failed; its loop brings it back.'),
  });
  let isDraining = false;
  const room = createRoom({ path: config.homePath, freeBytesMin: config.diskFreeBytesMin, now, log });
  const capacity = createCapacity({ isDiskFull: room.isFull, chance: Math.random, log });
  const ports = await connect(surroundings, { store, queue, capacity });
  const loops = createLoops(ports, config);
  const web = createWebServer({
    ...config.web,
    log,
    intake: config.roles.includes('web') ? intakeOf(surroundings, ports, room) : null,
    isReady: async () => (isDraining ? [DRAINING] : whatIsUnwell(store, loops, room)),
    warnings: async () => [...setAsideSentences(await findSetAside(store)), ...(await runWarnings(store, now()))],
  });
  const watchdog = startWatchdog({
    thread: new URL('./lib/watchdog-thread.js', import.meta.url),
    beatsMax: HANG_BEATS_MAX,
    onError: (err) => log.error({ err }, 'Nothing watches the main thread any more.'),
  });
  const routing = { ...routingOf(surroundings, ports), watch: (names: readonly string[]) => watchdog.hold(names) };
  if (config.roles.includes('work')) await (isAnew ? forgiveInHand(store) : blameInHand(ports));
  queue.start(createJobs(ports, { routing, ...config }));
  const url = await web.start();
  crashPoint('start.listening');
  room.start();
  for (const loop of loops) loop.start();
  announce(surroundings, { url, ...ports.settings });
  return {
    url,
    ended: store.lease.lost,
    async stop() {
      isDraining = true;
      await tellWhoWorksOn(store, log).catch((err: unknown) => log.warn({ err }, 'The runs could not be listed.'));
      const [keeping, working] = partition(loops, ({ name }) => name === LEASE_LOOP);
      const hasEnded = await endsWithin(
        WORK_MS_MAX,
        Promise.all([...working.map((loop) => loop.stop()), queue.stop()]),
      );
      await endsWithin(WEB_MS_MAX, Promise.all([web.stop(), room.stop(), ...keeping.map((loop) => loop.stop())]));
      // A stop that was asked for is nobody's fault: what is broken off now is no suspect at the next start.
      await forgiveInHand(store).catch((err: unknown) =>
        log.warn({ err }, 'What is broken off could not be marked so.'),
      );
      await store.close();
      await watchdog.stop();
      if (hasEnded) return claim.release();
      log.warn('A slow job is broken off; the next start takes it up again.');
    },
  };
}

function announce(
  { config, log }: Surroundings,
  { url, sandbox, network, slots }: { readonly url: string } & WorkSettings,
): void {
  if (sandbox !== 'bwrap') {
    log.warn(
      { sandbox },
      'Agents can see files of this machine: bubblewrap does not work here. `reeve doctor` says more.',
    );
  }
  if (network === 'open') {
    log.warn('Agents can reach the whole network, and the services of this machine. `reeve doctor` says more.');
  }
  log.info({ url, home: config.homePath, sandbox, slots }, 'Reeve is up.');
}

const DRAINING = 'The server stops: no new work begins, and deliveries are taken until it has ended.';
const RUNS_TOLD_MAX = 100; // as many slots as a machine can have

/** What is left as it is by a stop, for whoever reads the log; the store holds the same. */
async function tellWhoWorksOn({ sessions }: Store, log: Logger): Promise<void> {
  const found = await sessions.inStates(['preparing', 'working'], RUNS_TOLD_MAX);
  const runs = found.map(({ id, state, runs }) => ({ session: id, state, run: runs.at(-1)?.id ?? null }));
  log.info({ runs }, 'Agents that are at work go on; the next start adopts them.');
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

async function forgiveInHand({ deliveries, outbox }: Store): Promise<void> {
  await Promise.all([deliveries.recover(), outbox.recover()]);
}

function intakeOf({ config, now, log }: Surroundings, ports: Ports, room: Room): Intake {
  return createIntake({
    secrets: config.webhookSecrets,
    now,
    log,
    receive: (delivery) => receiveDelivery(ports, delivery),
    isFull: room.isFull,
  });
}

/** How a stored delivery is read, and comes through the App framework to its use case. */
function routingOf({ config, log }: Surroundings, ports: Ports): Routing {
  const probot = createProbotApp({
    ...{ appId: config.app.id, privateKey: config.app.privateKey, apiUrl: config.githubApiUrl, log },
    route: (delivery) => routeDelivery(ports, delivery),
  });
  const reader = createDeliveryReader({ program: new URL('./github/reader-program.js', import.meta.url) });
  return { read: besideCommands(reader.read), deliver: (delivery) => probot.deliver(delivery) };
}

/**
 * Opens the store of a home that we have claimed. A lease that the claim says nothing of (the machine has just been
 * restarted, or another one shares the disk) is waited for as long as a lease can last; after that its holder lives.
 * Gives null when the server is to stop meanwhile.
 */
async function openWhenFree(
  options: SqliteStoreOptions,
  { log, stopping }: Pick<StartOptions, 'log' | 'stopping'>,
): Promise<Store | null> {
  for (let waitedMs = 0; ; waitedMs += LEASE_LOOK_MS) {
    try {
      return openSqliteStore(options);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'home-in-use' || waitedMs > LEASE_TTL_MS) throw error;
      if (waitedMs === 0)
        log.warn(
          { reason: error.message },
          'Another server may still work on this home; Reeve waits for its lease to end.',
        );
    }
    await delay(LEASE_LOOK_MS, undefined, { signal: stopping }).catch(() => {}); // aborted: see below
    if (stopping.aborted) return null;
  }
}

/** What `/readyz` reports: a loop that does not pass, a store that cannot be written, a disk that is nearly full. */
async function whatIsUnwell(
  store: Store,
  loops: ReturnType<typeof createLoops>,
  room: Room,
): Promise<readonly string[]> {
  const late = loops
    .filter((loop) => loop.isLate())
    .map((loop) => `The loop ${loop.name} has not passed for too long.`);
  const full = room.problem();
  const problems = full === null ? late : [...late, full];
  try {
    await store.checkWritable();
    return problems;
  } catch {
    return [...problems, 'The store cannot be written.'];
  }
}
