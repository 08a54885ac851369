import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { figure, type Figure } from '../figures.ts';
import type { CrashPointName } from '../../src/lib/crash-point.ts';
import type { Kind, Violation } from './check.ts';
import { canTrace } from './kill.ts';
import { liveThrough } from './ordeal.ts';
import type { Part, Plan } from './parts.ts';
import { power } from './power.ts';
import { copyUnpacked, pack } from './product.ts';

/** One safeguard taken out of the built product. */
type Control = {
  readonly name: string;
  /** Below the directory of the built product. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly good: string;
  readonly bad: string;
  /** What shows it. */
  readonly kinds: readonly Kind[];
  /** Where to die, so that it shows; null: only a power cut shows it. */
  readonly point: CrashPointName | null;
};

const controls: readonly Control[] = [
  {
    name: 'answersBeforeStoring',
    file: 'work/receive-delivery.js',
    good: `const outcome = await store.deliveries.receive(delivery);`,
    bad: `const outcome = 'stored'; setTimeout(() => void store.deliveries.receive(delivery), 300);`,
    kinds: ['lost'],
    point: null, // after a kill the sweep asks for what is answered and not there; only the order of the calls tells
  },
  {
    name: 'noLookUp',
    file: 'github/perform.js',
    good: `if (mayBeDone) {`,
    bad: `if (false) {`,
    kinds: ['doubled'],
    point: 'effect.performed',
  },
  {
    name: 'twoTransactions',
    file: 'store/sqlite/write-session.js',
    good: `addWishes(effects, changedAt);`,
    bad: `setImmediate(() => db.atomically(() => addWishes(effects, changedAt)));`,
    kinds: ['lost', 'stuck'],
    point: 'session.changed',
  },
  {
    name: 'noSync',
    file: 'store/sqlite/connection.js',
    good: `['synchronous', 2]`,
    bad: `['synchronous', 0]`,
    kinds: ['lost'],
    point: null,
  },
];

const CONTROL_WORLD = 0; // none of those that are counted
const LIVES = 8; // each dies at the first passage, so that a story has died at each passage when it ends
const STILL_MS_MAX = 15_000; // what was lost does not come

/**
 * Takes one safeguard after another out of the product: each must be found missing, or the proof proves nothing. The whole
 * product dies at the same places, and nothing may be found there.
 */
export const controlled: Part = async (plan) => {
  const figures: Figure[] = [];
  for (const control of controls) {
    const { name, point, kinds } = control;
    if (point === null && !canTrace()) continue;
    const dist = breakProduct(control);
    const broken = point === null ? await inPower(plan, dist) : await diesAt(plan, { point, dist, mayEnd: false });
    const shown = broken.filter(({ kind }) => kinds.includes(kind));
    plan.tell(`${name}: ${shown.length} of ${broken.length} violations show it: ${shown[0]?.what ?? 'NOT found'}`);
    figures.push(figure(`crash.control.${name}`, Math.min(1, shown.length), { atLeast: 1 }, 'found'));
    if (point === null) continue;
    const unbroken = await diesAt(plan, { point, dist: plan.dist, mayEnd: true });
    for (const { kind, what } of unbroken) plan.tell(`The whole product at ${point}: ${kind}: ${what}`);
    figures.push(figure(`crash.control.${name}.whole`, unbroken.length, { atMost: 0 }));
  }
  return figures;
};

async function inPower(plan: Plan, dist: string): Promise<readonly Violation[]> {
  const figures = await power({ ...plan, dist, tell: () => {} });
  const isEarly = figures.some(({ id, holds }) => id === 'crash.answersBeforeSync' && !holds);
  return isEarly ? [{ kind: 'lost', what: 'an answer was sent before the sync' }] : [];
}

async function diesAt(
  { seed, tell }: Plan,
  { point, dist, mayEnd }: { readonly point: CrashPointName; readonly dist: string; readonly mayEnd: boolean },
): Promise<readonly Violation[]> {
  const specs = Array.from({ length: LIVES }, () => `${point}:1`);
  const { violations } = await liveThrough({
    ...{ seed, world: CONTROL_WORLD, dist, specs, tell, hasStrace: false, killsMax: LIVES },
    ...(mayEnd ? {} : { stillMsMax: STILL_MS_MAX }),
  });
  return violations;
}

/** A copy of the built product in which one thing is different. Throws when the source has changed so that it cannot be. */
function breakProduct({ name, file, good, bad }: Control): string {
  const copy = copyUnpacked(name);
  const text = readFileSync(join(copy, file), 'utf8');
  if (text.split(good).length !== 2) throw new Error(`${file} does not hold "${good}" once: mend the control ${name}.`);
  writeFileSync(join(copy, file), text.replace(good, bad));
  pack(copy);
  return copy;
}
