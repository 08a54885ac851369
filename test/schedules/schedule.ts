import { deliveryId } from '../../src/domain/ids.ts';
import { READY_LABEL } from '../../src/domain/session/display.ts';
import { receiveDelivery } from '../../src/work/receive-delivery.ts';
import { checkWorld, leftWorkspaces, stillMoving } from './check.ts';
import { createWorld } from './create-world.ts';
import type { Home } from './home.ts';
import { act, begin, beginAnew, finish, isAtWork, label, stepAgent, workWell } from './people.ts';
import { settle, type VirtualTime } from './virtual-time.ts';
import type { Design, Server, Violation, World } from './world.ts';

/** One schedule: the same plan always brings the same one about. */
export type Plan = {
  readonly seed: number;
  /** How many things happen before everything heals. */
  readonly steps: number;
};

export type Outcome = {
  readonly violations: readonly Violation[];
  /** What happened, line by line. */
  readonly trace: readonly string[];
  /** How far it got, to see that the search looks at what it means to look at. */
  readonly reached: Readonly<Record<string, boolean>>;
};

/** How often each thing happens, in parts. */
const weights = {
  grant: 46,
  deliver: 16,
  agent: 9,
  person: 5,
  time: 10,
  sleep: 1.2,
  wake: 2,
  crash: 1.6,
  start: 4,
} as const;
type Happening = keyof typeof weights;
const TOTAL = Object.values(weights).reduce((sum, one) => sum + one, 0);

const GRANTS_MAX = 6; // in one step
const ADVANCES_MS = [1, 30, 400, 1_500, 6_000, 11_000] as const;
const SECOND_ISSUE = 1 / 6; // of the schedules; what two issues share is the slots and the loops
const CALM = 1 / 3; // of the schedules begin so
const CALM_ROUNDS_MAX = 4; // as far as a question, or a pull request that waits for its review
const ANEW = 1 / 8; // of the others: of all that people do, this alone needs a stop, a label and a slot within seconds
const ANEW_ROUNDS = 3;
const ANEW_STEP_MS = 1_500; // all of them together are shorter than an agent has for its end
const LAST_TURNS = 4; // of the event loop, more than the product takes between two verbs of the store
const LONG_SLEEP_MS = 75_000; // longer than a lease
const DROPPED = 0.12; // of the deliveries, each time
const DOUBLED = 0.1;
const UNANSWERED = 0.08;
const CALM_STEP_MS = 10_000;
const HEALING_ROUNDS_MAX = 60; // with half a minute for each: longer than any wait that a few failures cause
const HEALING_STEP_MS = 30_000; // three looks of each loop in one; a lease lasts longer
const CLEANUP_ROUNDS = 122; // an hour and a minute of such steps: what is left is looked for once an hour

/** Runs one schedule: first everything may happen, then everything heals, and then all must be well. */
export async function runSchedule(
  home: Home,
  time: VirtualTime,
  design: Design,
  { seed, steps }: Plan,
): Promise<Outcome> {
  home.empty();
  const world = createWorld(home, design, seed, time);
  const { random, facts } = world;
  facts.issues.set(1, { title: 'Owls', isOpen: true, labels: new Map() });
  if (random.chance(SECOND_ISSUE)) facts.issues.set(2, { title: 'Larks', isOpen: true, labels: new Map() });
  world.start();
  label(world, 1, READY_LABEL);
  if (random.chance(CALM)) await beginCalmly(world, 1 + random.below(CALM_ROUNDS_MAX));
  else if (random.chance(ANEW)) await beginAnewAtWork(world);
  for (let step = 0; step < steps; step += 1) await happen(world, choose(world));
  await heal(world);
  await checkWorld(world);
  const { runs } = world.machine;
  const reached = {
    asked: [...runs.values()].some(({ reason }) => reason === 'asked'),
    pull: facts.pulls.length > 0,
    takenOver: world.servers.length > 1,
    sleptThrough: world.servers.some(({ hasLost }) => hasLost),
    held: [...runs.values()].some(({ work }) => work === 'held'),
    ended: facts.pulls.some(({ isOpen }) => !isOpen),
    pushedLate: world.machine.stops.size > 0 && facts.branches.size > 0,
  };
  // What they are still at must not reach into the next schedule, which has the same store.
  for (const server of world.servers) server.isAlive = false;
  for (let turn = 0; turn < LAST_TURNS; turn += 1) await settle();
  return { violations: world.violations, trace: world.points.trace, reached };
}

function choose({ random }: World): Happening {
  let at = random.next() * TOTAL;
  for (const [name, weight] of Object.entries(weights)) {
    at -= weight;
    if (at < 0) return name as Happening;
  }
  return 'grant';
}

async function happen(world: World, what: Happening): Promise<void> {
  const { random, points, servers, isAwake } = world;
  const living = servers.filter(({ isAlive }) => isAlive);
  const one = living[random.below(living.length)];
  if (what !== 'grant') points.trace.push(`— ${what}`);
  switch (what) {
    case 'grant':
      for (let left = 1 + random.below(GRANTS_MAX); left > 0 && points.grantOne(isAwake); left -= 1) await settle();
      return;
    case 'deliver':
      deliver(world);
      break;
    case 'agent':
      stepAgent(world);
      break;
    case 'person':
      act(world);
      break;
    case 'time':
      return advance(world, random.pick(ADVANCES_MS));
    case 'sleep':
      if (!one) return;
      one.isAwake = false;
      if (random.chance(1 / 3)) return;
      await advance(world, LONG_SLEEP_MS);
      world.start(); // somebody else sees that the lease has ended
      await settle();
      one.isAwake = random.chance(1 / 2);
      return fireTimers(world);
    case 'wake':
      for (const server of living) server.isAwake = true;
      return fireTimers(world);
    case 'crash':
      if (one) world.crash(one);
      break;
    case 'start':
      stopLosers(world);
      if (!living.some(({ isAwake: awake }) => awake)) world.start();
  }
  await settle();
}

/** Time goes by: what was sent arrives, and what waited for its time goes on. */
async function advance(world: World, ms: number): Promise<void> {
  world.points.arriveBefore(world.time.now + ms);
  world.time.now += ms;
  await fireTimers(world);
}

async function fireTimers({ time, servers, isAwake }: World): Promise<void> {
  for (const { number } of servers) {
    if (!isAwake(number)) continue;
    time.fireDue(number);
    await settle();
  }
}

/** A server that found its lease lost ends itself. */
function stopLosers(world: World): void {
  for (const server of world.servers) if (server.isAlive && server.isAwake && server.hasLost) world.crash(server);
}

/** One delivery reaches our door, or does not: the newest server is the one that listens. */
function deliver(world: World): void {
  const { random, facts, servers, weather } = world;
  const [taken] = facts.wire.splice(random.below(facts.wire.length), 1);
  if (!taken) return;
  const { delivery, attempt } = taken;
  const isRough = !weather.isClear();
  if (isRough && random.chance(DOUBLED)) facts.send(delivery);
  const server = servers.at(-1);
  if (!server?.isAlive || !server.isAwake || (isRough && random.chance(DROPPED))) {
    attempt.isOk = false;
    return;
  }
  void receive(world, server, { delivery, attempt, isUnanswered: isRough && random.chance(UNANSWERED) });
}

async function receive(
  { acknowledged, time, design, home, violate }: World,
  server: Server,
  { delivery, attempt, isUnanswered }: World['facts']['wire'][number] & { readonly isUnanswered: boolean },
): Promise<void> {
  const { guid, event, payload } = delivery;
  const answer = (): void => {
    attempt.isOk = !isUnanswered;
    if (!isUnanswered) acknowledged.add(guid);
    // The sweep would bring it back later; that is no excuse.
    const isStored = home.all('select 1 from deliveries where id = ?', guid).length > 0;
    if (!isStored) violate('lost', `${guid} was answered and is not stored`);
    server.receiving.delete(attempt);
  };
  server.receiving.add(attempt);
  if (design.answersFirst) answer();
  try {
    const received = { id: deliveryId(guid), event, payload, receivedAt: time.now };
    await time.as(server.number, () => receiveDelivery(server.ports, received));
    if (!design.answersFirst) answer();
  } catch {
    attempt.isOk = false;
    server.receiving.delete(attempt);
  }
}

/** A story that has gone well so far: what comes at its end would else be seen seldom. */
async function beginCalmly(world: World, rounds: number): Promise<void> {
  const { weather, machine, random } = world;
  weather.setClear(true);
  await settle();
  for (let round = 0; round < rounds; round += 1) {
    await comeToRest(world);
    for (const run of machine.runs.values()) if (run.phase === 'running') workWell(run, random);
    await advance(world, CALM_STEP_MS);
  }
  weather.setClear(false);
}

/** Somebody begins anew while an agent is at work: the next one has to wait until that is surely gone. */
async function beginAnewAtWork(world: World): Promise<void> {
  const { weather } = world;
  weather.setClear(true);
  await settle();
  for (let round = 0; round < CALM_ROUNDS_MAX && !isAtWork(world); round += 1) {
    if (round > 0) await advance(world, CALM_STEP_MS);
    await comeToRest(world);
  }
  beginAnew(world, 1);
  for (let round = 0; round < ANEW_ROUNDS; round += 1) {
    await comeToRest(world);
    await advance(world, ANEW_STEP_MS);
  }
  weather.setClear(false);
}

/** Everything that waits for its turn has it, and every delivery arrives. */
async function comeToRest(world: World): Promise<void> {
  const { points, facts, machine, isAwake } = world;
  while (points.grantOne(isAwake)) await settle();
  while (facts.wire.length > 0) deliver(world);
  for (const run of machine.runs.values()) if (run.phase === 'starting') begin(world, run);
  await settle();
  await settle();
}

/** All faults end, everybody is awake, agents end well and people leave it alone: everything must come to rest. */
async function heal(world: World): Promise<void> {
  const { weather, servers, points, facts, machine } = world;
  weather.setClear(true);
  points.trace.push('— everything heals');
  for (const server of servers) server.isAwake = true;
  for (let round = 0; round < HEALING_ROUNDS_MAX; round += 1) {
    stopLosers(world);
    // Of two that live, the older one has lost its lease and does not know.
    for (const server of servers.slice(0, -1)) if (server.isAlive) world.crash(server);
    if (servers.at(-1)?.isAlive !== true) world.start();
    await comeToRest(world);
    if (points.size() === 0 && facts.wire.length === 0 && stillMoving(world).length === 0) return waitForCleanup(world);
    for (const run of machine.runs.values()) if (run.phase === 'running') finish(run, 'plain');
    await advance(world, HEALING_STEP_MS);
  }
  world.violate('stuck', stillMoving(world).join('; '));
}

/** A workspace that came when its session had been cleaned up, from a server that had lost its lease, goes with the next look. */
async function waitForCleanup(world: World): Promise<void> {
  for (let round = 0; round < CLEANUP_ROUNDS && leftWorkspaces(world).length > 0; round += 1) {
    await advance(world, HEALING_STEP_MS);
    await comeToRest(world);
  }
}
