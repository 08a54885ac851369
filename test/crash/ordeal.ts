import type { Violation } from './check.ts';
import { heal } from './heal.ts';
import { armed, tellKill, type Kill } from './kill.ts';
import { startLife } from './life.ts';
import { everyPointPlan, fixedPlan, pointIn, seededPlan } from './plan.ts';
import { createRandom } from './random.ts';
import { startStage } from './stage.ts';
import { badWeather, someWeather } from './weather.ts';
import { within } from './within.ts';
import { endWorld, makeWorld, type World } from './world.ts';

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
  /** Specs of REEVE_CRASH to die at, in good weather and in one plain story at a time, in place of what the seed chooses. */
  readonly specs?: readonly string[];
  /** The last life is given up when nothing changes for so long; shorter where it is known that it cannot go on. */
  readonly stillMsMax?: number;
  /** Told what happens, when somebody wants to watch. */
  readonly tell: (line: string) => void;
};

const PARTS_AT_ONCE = 4;
const LIFE_MS_MIN = 3000; // without its place coming: there may be nothing left to do
const LIFE_STARTS = 3; // and so many times as long as its start took, on a busy machine
const START_MS_MAX = 120_000; // on a machine that has no time for it
const RECOVERING_MS = 1000;
const PEOPLE_MS_MAX = 60_000; // an act of theirs is given up after half of that
const KILLING_MS_MAX = 40 * 60_000; // a world takes a minute or two on an idle machine, and far longer at the lowest priority
const LOG_TAIL_CHARACTERS = 3000;

/** The world in which every named point is passed once; the seed chooses the places of the others. */
export const POINTS_WORLD = 1;

/** Lives through one world: one life after another is killed while stories go on, then one is left alone; then all is checked. */
export async function liveThrough(options: OrdealOptions): Promise<Ordeal> {
  const { seed, world: number, killsMax, hasStrace, dist, tell, stillMsMax, specs } = options;
  const random = createRandom(seed * 1000 + number);
  const world = await makeWorld(dist);
  const plan = specs
    ? fixedPlan(specs)
    : number === POINTS_WORLD
      ? everyPointPlan(world.home)
      : seededPlan(createRandom(random.seed()), killsMax, hasStrace);
  const stage = startStage(world, {
    random: createRandom(random.seed()),
    ...(specs ? { partsAtOnce: 1, plot: 'merged' } : { partsAtOnce: PARTS_AT_ONCE, plot: null }),
  });
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
    const healed = await heal(world, stage, {
      killsHosts: plan.killsHosts,
      ...(stillMsMax === undefined ? {} : { stillMsMax }),
      tell: (line) => tell(`${number}: ${line}`),
    }).catch(brokenOff);
    violations.push(...healed.violations);
    const { ms: healedMs } = healed;
    return { world: number, ...tally, unreached: plan.unreached(), healedMs, parts: stage.parts.length, violations };
  } finally {
    await within(PEOPLE_MS_MAX, stage.end(), 'people to end what they do').catch(brokenOff);
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
  const moment = kill.kind === 'moment' ? setTimeout(life.kill, kill.ms) : undefined;
  const { signal } = await life.ended;
  clearTimeout(toDie);
  clearTimeout(moment);
  const upForMs = upMs === null ? 0 : performance.now() - upAt;
  const point = pointIn(life.log());
  const how = signal !== 'SIGKILL' ? 'refused' : isLate ? 'unreached' : 'killed';
  return { how, where: point ?? tellKill(kill), upMs, upForMs, log: life.log() };
}
