import type { Emulator } from '../../src/emulator/emulator.ts';
import type { Random } from './random.ts';

type Fault = Parameters<Emulator['control']['addFault']>[0];

const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE'] as const;
const IN_REPOSITORY = '/repos/**';
/** By how much a list may lag behind. */
export const STALE_MS_MAX = 3000;

/**
 * What may go wrong outside: deliveries that come twice, late, in another order or not at all, and a GitHub that answers
 * wrongly, late, with an old list or not at all, also after it has done what was asked. Each kind is there or not by the
 * seed, and as often as the seed says, so that no two worlds are alike.
 */
export function badWeather(random: Random): readonly Fault[] {
  const often = (most: number): { readonly probability: number; readonly times: null } => ({
    probability: random.next() * most,
    times: null,
  });
  const kinds: readonly (() => readonly Fault[])[] = [
    () => [{ kind: 'duplicate-delivery', copies: random.between(2, 4), ...often(0.5) }],
    () => [{ kind: 'drop-delivery', ...often(0.3) }],
    () => [{ kind: 'delay-delivery', ms: random.between(50, 800), ...often(0.4) }],
    () => [{ kind: 'reorder-delivery', holdMs: random.between(50, 500), ...often(0.4) }],
    () => everyWrite({ kind: 'status', status: 502, when: 'after', path: IN_REPOSITORY, ...often(0.15) }),
    () => everyWrite({ kind: 'status', status: 500, when: 'before', path: IN_REPOSITORY, ...often(0.1) }),
    () => everyWrite({ kind: 'reset', when: 'after', path: IN_REPOSITORY, ...often(0.15) }),
    () => everyWrite({ kind: 'cut', bytes: 10, path: IN_REPOSITORY, ...often(0.1) }),
    () => [{ kind: 'status', status: 503, method: 'GET', path: IN_REPOSITORY, ...often(0.05) }],
    () => [{ kind: 'stale', ms: random.between(200, STALE_MS_MAX), path: IN_REPOSITORY, ...often(0.5) }],
    () => [{ kind: 'delay', ms: random.between(20, 300), path: IN_REPOSITORY, ...often(0.2) }],
  ];
  return kinds.flatMap((kind) => (random.chance(0.5) ? kind() : []));
}

/** Enough for everything that is done about it to be passed now and then. */
export const someWeather: readonly Fault[] = [
  { kind: 'drop-delivery', probability: 0.1, times: null },
  ...everyWrite({ kind: 'status', status: 502, when: 'after', path: IN_REPOSITORY, probability: 0.1, times: null }),
];

function everyWrite(fault: Exclude<Fault, { kind: `${string}-delivery` }>): readonly Fault[] {
  return WRITES.map((method) => ({ ...fault, method }));
}
