import { setTimeout as delay } from 'node:timers/promises';

import { checkHome, checkPart, checkSessions, checkVerified, inboxOf, verifyHome, type Violation } from './check.ts';
import { startLife, type Life } from './life.ts';
import type { Stage } from './stage.ts';
import { tellPart } from './stories.ts';
import { within } from './within.ts';
import { processesLeft, type World } from './world.ts';

const HEAL_MS_MAX = 600_000; // at the lowest priority on a busy machine
const STILL_MS_MAX = 180_000; // with waits between tries that have grown meanwhile
const SETTLE_MS_MAX = 180_000; // a delivery gets its answer within ten seconds
const CALM_LOOK_MS = 300;
const LOG_TAIL_CHARACTERS = 3000;

export type Healing = {
  /** What the kills before may have cost: a run whose host was killed is run again. */
  readonly killsHosts: boolean;
  /** Gives up when nothing at all changes for so long. */
  readonly stillMsMax?: number;
  readonly tell: (line: string) => void;
};

/** One life without faults, until all is quiet or it is clear that it will not be; then everything is looked at. */
export async function heal(
  world: World,
  stage: Stage,
  healing: Healing,
): Promise<{ readonly ms: number; readonly violations: Violation[] }> {
  const { emulator, home } = world;
  emulator.control.clearFaults();
  stage.close();
  const startedAt = performance.now();
  const life = startLife(world);
  const violations: Violation[] = [];
  if ((await life.up) === null)
    return { ms: 0, violations: [{ kind: 'stuck', what: `It would not start: ${life.log()}` }] };
  const unrest = await untilCalm(world, stage, life, healing);
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
  for (const part of stage.parts) {
    const broken = await checkPart(emulator, part);
    // That a story is not at its end was said before; what it has twice is the reason.
    violations.push(...(open.has(part) ? broken.filter(({ kind }) => kind === 'doubled') : broken));
  }
  const ended = stage.parts.filter((part) => !open.has(part));
  if (!healing.killsHosts) violations.push(...checkSessions(verified, ended, home));
  if (violations.length > 0) violations.push(...logOf(life, violations));
  return { ms, violations };
}

/** What is not quiet after the time for it; empty when all is. */
async function untilCalm(
  world: World,
  stage: Stage,
  life: Life,
  { stillMsMax = STILL_MS_MAX, tell }: Healing,
): Promise<readonly string[]> {
  const startedAt = performance.now();
  let seen = { unrest: new Array<string>(), ms: 0 };
  for (;;) {
    const open = stage.open();
    const unrest = open.length > 0 ? open.map((part) => tellPart(world.emulator, part)) : await unrestOf(world);
    if (unrest.length === 0) return [];
    if (life.isOver()) return ['The server ended by itself.', ...unrest];
    const ms = Math.round(performance.now() - startedAt);
    if (unrest.join() !== seen.unrest.join()) {
      for (const what of unrest) if (!seen.unrest.includes(what)) tell(`${ms} ms after the last kill: ${what}`);
      seen = { unrest, ms };
    }
    if (ms > HEAL_MS_MAX || ms - seen.ms > stillMsMax) return unrest.map((what) => `After ${ms} ms: ${what}`);
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
