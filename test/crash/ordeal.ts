import { setTimeout as delay } from 'node:timers/promises';

import { checkHome, checkPart, checkSessions, checkVerified, inboxOf, verifyHome, type Violation } from './check.ts';
import { armed, tellKill, type Kill } from './kill.ts';
import { startLife, type Life } from './life.ts';
import { everyPointPlan, fixedPlan, pointIn, seededPlan } from './plan.ts';
import { createRandom } from './random.ts';
import { beginStory, playPart, tellPart, type Part } from './stories.ts';
import { badWeather, someWeather } from './weather.ts';
import { within } from './within.ts';
import { endWorld, makeWorld, processesLeft, type World } from './world.ts';

/** What came of one world. Times in milliseconds. */
export type Ordeal = {
  readonly world: number;
  /** Lives that ended where they were to end. */
  readonly kills: number;
  /** Kills of a life that was itself a recovery, before it listened or within a second of that. */
  readonly secondKills: number;
  /** Lives that did not come to their point in time, and were ended by the test; no kills. */
  readonly missed: number;
  /** Named points that should have been passed here and were not. */
  readonly unreached: readonly string[];
  readonly diedAt: readonly string[];
  /** From the start after a kill to the first delivery that could be taken. */
  readonly recoveriesMs: readonly number[];
  /** From the last kill until every story had ended and all was quiet. */
  readonly healedMs: number;
  readonly parts: number;
  readonly violations: readonly Violation[];
};

export type OrdealOptions = {
  readonly seed: number;
  readonly world: number;
  readonly killsMax: number;
  readonly hasStrace: boolean;
  /** The built product. */
  readonly dist: string;
  /** Specs of REEVE_CRASH to die at, in good weather, in place of what the seed chooses. */
  readonly specs?: readonly string[];
  /** How long the last life may take to end every story. */
  readonly healMsMax?: number;
  /** Told what happens, when somebody wants to watch. */
  readonly tell: (line: string) => void;
};

const PARTS_AT_ONCE = 4;
const LIFE_MS_MIN = 3000; // without its place coming: there may be nothing left to do
const LIFE_STARTS = 3; // and so many times as long as its start took, on a busy machine
const START_MS_MAX = 30_000;
const RECOVERING_MS = 1000;
const LOOK_MS = 100;
const HEAL_MS_MAX = 180_000; // on a busy machine; with waits between tries that have grown meanwhile
const SETTLE_MS_MAX = 60_000; // a delivery gets its answer within ten seconds
const KILLING_MS_MAX = 8 * 60_000; // a world takes a minute or two on an idle machine
const CALM_LOOK_MS = 300;
const LOG_TAIL_CHARACTERS = 3000;

/** The world in which every named point is passed once; the seed chooses the places of the others. */
export const POINTS_WORLD = 1;

/** Lives through one world: one life after another is killed while stories go on, then one is left alone; then all is checked. */
export async function liveThrough(options: OrdealOptions): Promise<Ordeal> {
  const { seed, world: number, killsMax, hasStrace, dist, tell, healMsMax = HEAL_MS_MAX, specs } = options;
  const random = createRandom(seed * 1000 + number);
  const world = await makeWorld(dist);
  const plan = specs
    ? fixedPlan(specs)
    : number === POINTS_WORLD
      ? everyPointPlan(world.home)
      : seededPlan(createRandom(random.seed()), killsMax, hasStrace);
  const stage = startStage(world, createRandom(random.seed()));
  const weather = specs ? [] : number === POINTS_WORLD ? someWeather : badWeather(random);
  for (const fault of weather) world.emulator.control.addFault(fault);
  const tally = { kills: 0, secondKills: 0, missed: 0, diedAt: new Array<string>(), recoveriesMs: new Array<number>() };
  const violations: Violation[] = [];
  try {
    let wasKilled = false;
    const until = Date.now() + KILLING_MS_MAX;
    for (let kill = plan.next(); kill !== null && Date.now() < until; kill = plan.next()) {
      const end = await liveUntil(world, kill, stage.begin);
      plan.learn(end);
      tell(`${number}: ${tellEnd(end)}`);
      if (end.how === 'refused') {
        violations.push({ kind: 'stuck', what: `The server would not start: ${end.log.slice(-LOG_TAIL_CHARACTERS)}` });
        break;
      }
      if (end.upMs !== null && wasKilled) tally.recoveriesMs.push(end.upMs);
      if (end.how === 'killed') {
        tally.kills += 1;
        tally.diedAt.push(end.where);
        if (wasKilled && end.upForMs < RECOVERING_MS) tally.secondKills += 1;
      } else tally.missed += 1;
      wasKilled = true;
    }
    const healed = await heal(world, stage, { killsHosts: plan.killsHosts, healMsMax }).catch(brokenOff);
    violations.push(...healed.violations);
    const { ms: healedMs } = healed;
    return { world: number, ...tally, unreached: plan.unreached(), healedMs, parts: stage.parts.length, violations };
  } finally {
    await within(SETTLE_MS_MAX, stage.end(), 'people to end what they do').catch(brokenOff);
    await endWorld(world);
  }
}

/** Looking itself may fail; that is no reason to forget what was seen before. */
function brokenOff(error: unknown): Awaited<ReturnType<typeof heal>> {
  return { ms: 0, violations: [{ kind: 'stuck', what: String(error) }] };
}

function tellEnd({ how, where, upMs }: End): string {
  return `${how} at ${where}, ${upMs === null ? 'before it listened' : `up after ${Math.round(upMs)} ms`}`;
}

type End = {
  readonly how: 'killed' | 'unreached' | 'refused';
  readonly where: string;
  readonly upMs: number | null;
  /** How long it listened; 0 when it never did. */
  readonly upForMs: number;
  readonly log: string;
};

/** One life to its end, which is at `kill` or else after a time. */
async function liveUntil(world: World, kill: Kill, heard: () => void): Promise<End> {
  const life = startLife(world, (argv) => armed(kill, argv, world.home));
  let isLate = false;
  const giveUp = (): void => {
    isLate = true;
    life.kill();
  };
  const toStart = setTimeout(giveUp, START_MS_MAX);
  const upMs = await life.up;
  clearTimeout(toStart);
  if (upMs !== null) heard();
  const upAt = performance.now();
  const toDie = setTimeout(giveUp, Math.max(LIFE_MS_MIN, LIFE_STARTS * (upMs ?? 0)));
  const { signal } = await life.ended;
  clearTimeout(toDie);
  const upForMs = upMs === null ? 0 : performance.now() - upAt;
  const point = pointIn(life.log());
  const how = signal !== 'SIGKILL' ? 'refused' : isLate ? 'unreached' : 'killed';
  return { how, where: point ?? tellKill(kill), upMs, upForMs, log: life.log() };
}

type Stage = {
  /** Everything that was ever begun. */
  readonly parts: readonly Part[];
  /** Those that are not at their end. */
  readonly open: () => readonly Part[];
  /** Stories begin. To be called once a server has listened: a home asks for nothing that was sent before there was one. */
  readonly begin: () => void;
  /** No story begins any more. */
  readonly close: () => void;
  readonly end: () => Promise<void>;
};

/** People who go on whatever happens to the server; whenever few stories are open, another begins. */
function startStage({ emulator }: World, random: ReturnType<typeof createRandom>): Stage {
  const parts: Part[] = [];
  const ended = new Set<Part>();
  let isBegun = false;
  let isClosed = false;
  let isOver = false;
  let ordinal = 0;
  const play = async (): Promise<void> => {
    while (!isOver) {
      for (const part of parts) if (!ended.has(part) && (await playPart(emulator, part))) ended.add(part);
      if (isBegun && !isClosed && parts.length - ended.size < PARTS_AT_ONCE) {
        ordinal += 1;
        parts.push(...(await beginStory(emulator, random, ordinal)));
      }
      await delay(LOOK_MS);
    }
  };
  const playing = play();
  playing.catch(() => {}); // heard of at the end
  return {
    parts,
    open: () => parts.filter((part) => !ended.has(part)),
    begin: () => {
      isBegun = true;
    },
    close: () => {
      isClosed = true;
    },
    end: () => {
      isOver = true;
      return playing;
    },
  };
}

/** One life without faults, until all is quiet or it is clear that it will not be; then everything is looked at. */
async function heal(
  world: World,
  stage: Stage,
  { killsHosts, healMsMax }: { readonly killsHosts: boolean; readonly healMsMax: number },
): Promise<{ readonly ms: number; readonly violations: Violation[] }> {
  const { emulator, home } = world;
  emulator.control.clearFaults();
  stage.close();
  const startedAt = performance.now();
  const life = startLife(world);
  const violations: Violation[] = [];
  if ((await life.up) === null)
    return { ms: 0, violations: [{ kind: 'stuck', what: `It would not start: ${life.log()}` }] };
  const unrest = await untilCalm(world, stage, life, healMsMax);
  const ms = performance.now() - startedAt;
  violations.push(...unrest.map((what) => ({ kind: 'stuck' as const, what })));
  await within(SETTLE_MS_MAX, emulator.settled(), 'the deliveries to settle');
  const { accepted } = deliveriesOf(emulator);
  const verified = await verifyHome(world);
  const exitCode = await life.stop();
  if (exitCode !== 0) violations.push({ kind: 'stuck', what: `The server ended with ${exitCode}.` });
  const left = await processesLeft(world);
  violations.push(...left.map((what) => ({ kind: 'stuck' as const, what: `The process ${what} is left.` })));
  violations.push(...checkHome(home, accepted), ...checkVerified(verified));
  const open = new Set(stage.open());
  const parts = stage.parts.filter((part) => !open.has(part));
  for (const part of parts) violations.push(...(await checkPart(emulator, part)));
  // A run whose host was killed is run again.
  if (!killsHosts) violations.push(...checkSessions(verified, parts, home));
  if (violations.length > 0) violations.push(...logOf(life, violations));
  return { ms, violations };
}

/** What is not quiet after the time for it; empty when all is. */
async function untilCalm(world: World, stage: Stage, life: Life, msMax: number): Promise<readonly string[]> {
  const deadline = Date.now() + msMax;
  for (;;) {
    const open = stage.open();
    const unrest = open.length > 0 ? open.map((part) => tellPart(world.emulator, part)) : await unrestOf(world);
    if (unrest.length === 0) return [];
    if (life.isOver()) return ['The server ended by itself.', ...unrest];
    if (Date.now() > deadline) return unrest.map((what) => `After ${msMax} ms: ${what}`);
    await delay(CALM_LOOK_MS);
  }
}

async function unrestOf(world: World): Promise<string[]> {
  await within(SETTLE_MS_MAX, world.emulator.settled(), 'the deliveries to settle');
  // Those that never came are asked for; a server that is stopped meanwhile would rightly leave one for its next start.
  const missed = missedOf(world);
  if (missed > 0) return [`${missed} are missed`];
  const { deliveries, effects, sessions } = await verifyHome(world);
  const open = { ...effects, waiting: deliveries.waiting };
  return [
    ...(['pending', 'sending', 'unknown', 'waiting'] as const).flatMap((name) =>
      open[name] > 0 ? [`${open[name]} are ${name}`] : [],
    ),
    ...sessions.filter(({ isSettled }) => !isSettled).map(({ id, state }) => `${id} is ${state} and not settled`),
  ];
}

/**
 * How many deliveries never reached the inbox. One that was stored when the server died has no answer, and needs none: whoever
 * asks for what is missing does not ask for it.
 */
function missedOf({ emulator, home }: World): number {
  const { all, accepted } = deliveriesOf(emulator);
  const stored = inboxOf(home);
  return [...all].filter((guid) => !accepted.has(guid) && !stored.has(guid)).length;
}

/** The deliveries that GitHub tried to deliver, and those of them that were answered with 2xx at least once. */
function deliveriesOf({ control }: World['emulator']): {
  readonly all: ReadonlySet<string>;
  readonly accepted: ReadonlySet<string>;
} {
  const all = control.deliveries();
  const heard = all.filter(({ status_code }) => status_code >= 200 && status_code < 300);
  const accepted = new Set(heard.map(({ guid }) => guid));
  return { all: new Set(all.map(({ guid }) => guid)), accepted };
}

function logOf(life: Life, violations: readonly Violation[]): Violation[] {
  const [first] = violations;
  return first
    ? [{ kind: first.kind, what: `The log of the last life ends with: ${life.log().slice(-LOG_TAIL_CHARACTERS)}` }]
    : [];
}
