import { sandboxAlone } from '../../src/domain/run/permission.ts';
import { createJobs } from '../../src/loops/jobs.ts';
import { createLoops } from '../../src/loops/loops.ts';
import { publishPolicyDefault } from '../../src/config/publish-policy.ts';
import { parseDelivery } from '../../src/github/webhook.ts';
import { createMarker } from '../../src/github/marker.ts';
import { createLog } from '../../src/lib/log.ts';
import { createEmbeddedQueue } from '../../src/queue/embedded/embedded-queue.ts';
import { createCapacity } from '../../src/work/capacity.ts';
import { createMayWrite } from '../../src/work/may-write.ts';
import { blameInHand } from '../../src/work/blame-in-hand.ts';
import type { JobName, Ports } from '../../src/work/ports.ts';
import type { Routing } from '../../src/work/route-deliveries.ts';
import { routeDelivery } from '../../src/work/route-delivery.ts';
import { ample } from '../budgets.ts';
import { createGitHubPort } from './github-port.ts';
import { createMachinePorts } from './machine-ports.ts';
import { LIST_LAG_MS } from './weather.ts';
import type { Server, World } from './world.ts';

const POLL_MS = 10_000;
const SWEEP_MS = 20_000;
const COMPARE_MS = 24 * 3_600_000; // it has tests of its own
const KEEP_MS = 90 * 24 * 3_600_000; // longer than any schedule
const JOBS_MAX = 18; // as a server with two slots
const AGENT_MS_MAX = 24 * 3_600_000; // agents end when the schedule says so
const roles = ['web', 'work', 'run'] as const;
const log = createLog('silent');
export const marker = createMarker(Buffer.alloc(32, 7));

const settings: Ports['settings'] = {
  ...{
    agents: [
      {
        ...{ name: 'agent', kind: 'custom-command', argv: ['false'], model: null },
        ...{ slotsMax: null, access: null, fallback: null },
      },
    ],
    permissions: sandboxAlone,
    setupOf: () => null,
    agentEnvironment: {},
    slots: 1,
    sandbox: 'none',
  },
  ...{ slotsPerRepository: 1, slotsPerInstallation: 1 },
  ...{ network: 'open' as const, hiddenPaths: [], readablePaths: [], publishPolicy: publishPolicyDefault },
  listLagMs: LIST_LAG_MS,
  crashesMax: 5, // as preset
  budgets: ample,
  limits: {
    ...{
      wallMs: AGENT_MS_MAX,
      silenceMs: AGENT_MS_MAX,
      outputBytesMax: 1_000_000,
      memoryMiBMax: 2000,
      processesMax: 300,
      diskMiBMax: 2000,
      costMicroUsdMax: null,
      tokensMax: null,
    },
    ...{ askGraceMs: 1000, stopGraceMs: 1000 },
  },
};

/** Starts a server that has its lease: everything as app.ts connects it, without HTTP, git and processes. */
export function startServer(world: World, number: number): Server {
  const { home, time, points, random, weather, facts, machine, design } = world;
  const slot = home.stores[number];
  if (!slot) throw new Error('There are no more servers.');
  const server: Server = {
    ...{ number, isAlive: true, isAwake: true, hasLost: false, receiving: new Set() },
    ports: {} as Ports,
  };
  /** For ever, when the process has died; not at all, when the schedule does not look closely. */
  const pause = (label: string, isAlways = false): Promise<void> => {
    if (!server.isAlive) return new Promise(() => {});
    if (weather.isClear() || !(isAlways || random.chance(world.closeness))) return Promise.resolve();
    return points.wait(number, label);
  };
  slot.gate = {
    pause,
    watch: (verb, call) => world.watchStore(server, verb, call),
    onLeaseLost: () => void (server.hasLost = true),
  };
  const store = design.store(slot.store, world, server);
  const now = (): number => time.now;
  const mayWrite = design.mayWrite(createMayWrite(store.lease, now), store);
  const queue = createEmbeddedQueue<JobName>({ concurrency: JOBS_MAX, onError: (error) => world.onJobError(error) });
  const shared = { facts, points, random, time, weather, owner: number, pause };
  const ports: Ports = {
    ...{ store, queue, now, log, mayWrite, marker, settings },
    capacity: createCapacity({ isDiskFull: () => false, chance: () => 1, log }),
    github: createGitHubPort({ ...shared, mayWrite, onWrite: (verb, subject) => world.onSend(server, verb, subject) }),
    ...createMachinePorts({ ...shared, machine, onPush: (request) => world.onPush(server, request) }),
    redact: (text) => text,
    newId: () => `00000000-0000-4000-8000-${String(world.nextUuid()).padStart(12, '0')}`,
  };
  Object.assign(server, { ports });
  const routing: Routing = {
    read: async ({ event }, payload) => parseDelivery(event, await payload()),
    deliver: (delivery) => routeDelivery(ports, delivery),
  };
  const jobs = createJobs(ports, { routing, roles, compareMs: COMPARE_MS, keepMs: KEEP_MS });
  const loops = createLoops(ports, { pollMs: POLL_MS, sweepMs: SWEEP_MS, compareMs: COMPARE_MS, roles });
  const begin = async (): Promise<void> => {
    try {
      await blameInHand(ports);
      queue.start(design.jobs(jobs, ports));
      for (const loop of loops) loop.start();
    } catch (error) {
      server.hasLost = true; // it does not start
      world.onJobError(error);
    }
  };
  void time.as(number, begin);
  return server;
}
