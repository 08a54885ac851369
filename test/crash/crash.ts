import { figure, type Figure } from '../figures.ts';
import type { Kind } from './check.ts';
import { canTrace, serverPoints } from './kill.ts';
import { liveThrough, POINTS_WORLD, type Ordeal } from './ordeal.ts';
import type { Part } from './parts.ts';

const BRIEF_KILLS = 40; // for every run of the tests
const BRIEF_WORLD = 2; // the first whose places the seed chooses
const KILLS_A_WORLD = 85; // with the first world, which dies once at each named point of the server, three make 200
const SHORT_KILLS = 200;
const LONG_KILLS = 2000;
const WORLDS_AT_ONCE = 3; // they wait half of the time; and the short form has three

/** Kills the server at one place after another while stories go on, in several worlds side by side. */
export const crash: Part = (plan) => crashUntil(plan, killsMin(plan));

/** One world with few kills, for every run of the tests. */
export const crashBriefly: Part = (plan) =>
  crashUntil({ ...plan, world: BRIEF_WORLD, kills: BRIEF_KILLS }, BRIEF_KILLS);

async function crashUntil(plan: Parameters<Part>[0], wanted: number): Promise<readonly Figure[]> {
  const { seed, tell } = plan;
  const hasStrace = canTrace();
  if (!hasStrace) tell('strace is not here or may not trace: only the named crash points are used.');
  const ordeals = await worlds({ ...plan, hasStrace, wanted });
  report(ordeals, seed, tell);
  return figuresOf(ordeals, wanted);
}

function killsMin({ world, minutes, kills }: Parameters<Part>[0]): number {
  if (world !== null) return world === POINTS_WORLD ? serverPoints.length : (kills ?? KILLS_A_WORLD);
  return minutes === null ? SHORT_KILLS : LONG_KILLS;
}

type Plan = Parameters<Part>[0] & { readonly hasStrace: boolean; readonly wanted: number };

async function worlds({ minutes, world, kills, wanted, ...rest }: Plan): Promise<readonly Ordeal[]> {
  const killsMax = kills ?? KILLS_A_WORLD;
  const begin = (number: number): Promise<Ordeal> => liveThrough({ ...rest, world: number, killsMax });
  if (world !== null) return [await begin(world)];
  const until = Date.now() + (minutes ?? 0) * 60_000;
  const ordeals: Ordeal[] = [];
  let begun = 0;
  const planned = (): number => (begun === 0 ? 0 : serverPoints.length + (begun - 1) * killsMax);
  const worker = async (): Promise<void> => {
    while (planned() < wanted || Date.now() < until) {
      begun += 1;
      ordeals.push(await begin(begun));
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, worker));
  return ordeals;
}

function figuresOf(ordeals: readonly Ordeal[], killsMin: number): Figure[] {
  const sum = (of: (ordeal: Ordeal) => number): number => ordeals.reduce((total, one) => total + of(one), 0);
  const broken = (kind: Kind): number => sum(({ violations }) => violations.filter((one) => one.kind === kind).length);
  const recoveries = ordeals.flatMap(({ recoveriesMs }) => recoveriesMs).toSorted((one, other) => one - other);
  return [
    figure(
      'crash.points',
      sum(({ kills }) => kills),
      { atLeast: killsMin },
      'kills',
    ),
    figure('crash.places', new Set(ordeals.flatMap(({ diedAt }) => diedAt)).size, null, 'different'),
    figure(
      'crash.secondKills',
      sum(({ secondKills }) => secondKills),
      null,
      'kills',
    ),
    figure(
      'crash.stories',
      sum(({ parts }) => parts),
      null,
      'stories',
    ),
    ...(ordeals.some(({ world }) => world === POINTS_WORLD)
      ? [
          figure(
            'crash.unreached',
            sum(({ unreached }) => unreached.length),
            { atMost: 0 },
            'points',
          ),
        ]
      : []),
    figure('crash.lost', broken('lost'), { atMost: 0 }),
    figure('crash.doubled', broken('doubled'), { atMost: 0 }),
    figure('crash.stuck', broken('stuck'), { atMost: 0 }),
    figure('crash.corrupt', broken('corrupt'), { atMost: 0 }),
    figure('crash.recoveryP99Ms', Math.round(recoveries[Math.floor(recoveries.length * 0.99)] ?? 0), null, 'ms'),
    figure('crash.healedMaxMs', Math.round(Math.max(0, ...ordeals.map(({ healedMs }) => healedMs))), null, 'ms'),
  ];
}

function report(ordeals: readonly Ordeal[], seed: number, tell: (line: string) => void): void {
  for (const { world, violations, kills, missed, unreached } of ordeals) {
    if (unreached.length > 0) tell(`World ${world} never passed ${unreached.join(', ')}.`);
    if (violations.length === 0) continue;
    tell(`World ${world} (${kills} kills, ${missed} lives that did not come to their place) broke what was promised:`);
    for (const { kind, what } of violations) tell(`  ${kind}: ${what}`);
    tell(`  To see it again: npm run test:crash -- --seed ${seed} --world ${world}`);
  }
}
