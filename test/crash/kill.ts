import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { crashPointNames, type CrashPointName } from '../../src/lib/crash-point.ts';
import type { Wrapped } from './life.ts';
import type { Random } from './random.ts';

/** Where one life of the server is to end. */
export type Kill =
  /** When it makes this system call on one of its state files for the n-th time, before the call has any effect. */
  | { readonly kind: 'call'; readonly call: Call; readonly passage: number }
  /** So long after it began to listen, wherever it is. */
  | { readonly kind: 'moment'; readonly ms: number }
  /** At whichever of these passages comes first. */
  | { readonly kind: 'point'; readonly spec: string; /** Where its run hosts die. */ readonly hostSpec: string };

type Call = 'pwrite64' | 'fsync' | 'ftruncate';

/** The files whose writes are counted, and only by the server: what a run host or git writes is not among them. */
const FILES = ['', 'reeve.db', 'reeve.db-journal', 'reeve.db-wal', 'reeve.db-shm'];
/** Passages up to this one are mostly of the start: opening the store, recovering it, the first look of each loop. */
const START_PASSAGES_MAX = 14;
const PASSAGES_MAX = 3;
const MOMENT_MS_MAX = 2000; // shorter than any life that is given up

// One call name each, because strace counts passages for each name on its own. The numbers are how often each is chosen and
// how often a life of some seconds makes it.
const calls: readonly { readonly call: Call; readonly weight: number; readonly passagesMax: number }[] = [
  { call: 'pwrite64', weight: 60, passagesMax: 200 },
  { call: 'fsync', weight: 35, passagesMax: 25 },
  { call: 'ftruncate', weight: 5, passagesMax: 1 },
];

/** Points at which the server dies; those of the run host cost a run, and have a test of their own. */
export const serverPoints: readonly CrashPointName[] = crashPointNames.filter((name) => !name.startsWith('run.'));

/** A seeded choice. Without strace no system call is there to die at. */
export function chooseKill(random: Random, hasStrace: boolean): Kill {
  if (random.chance(0.1)) return { kind: 'moment', ms: random.between(0, MOMENT_MS_MAX) };
  if (!hasStrace || random.chance(0.2)) return { kind: 'point', spec: choosePoints(random), hostSpec: '' };
  const { call, passagesMax } = weighed(random);
  const limit = random.chance(0.4) ? Math.min(START_PASSAGES_MAX, passagesMax) : passagesMax;
  return { kind: 'call', call, passage: random.between(1, limit) };
}

/** Several at once, because one alone may lie where no story is going now. */
function choosePoints(random: Random): string {
  const names = new Set<CrashPointName>();
  for (let count = 0; count < 4; count += 1) names.add(random.pick(serverPoints as [CrashPointName]));
  return [...names].map((name) => `${name}:${random.between(1, PASSAGES_MAX)}`).join();
}

function weighed(random: Random): (typeof calls)[number] {
  let left = random.next() * calls.reduce((sum, { weight }) => sum + weight, 0);
  for (const one of calls) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return calls[0]!;
}

/** The command that runs `argv` and dies there, and what it is to find in its environment. */
export function armed(kill: Kill, argv: readonly string[], home: string): Wrapped {
  if (kill.kind === 'moment') return { argv, env: {} };
  if (kill.kind === 'point') return { argv, env: { REEVE_CRASH: kill.spec, REEVE_CRASH_RUN: kill.hostSpec } };
  const { call, passage } = kill;
  return {
    argv: [
      // A tracer that is no parent: the process we start is the server itself. What the server starts is let go. (The
      // filter in the kernel, --seccomp-bpf, would be cheaper; but with it strace 6.1 never sends the signal.)
      ...['strace', '-D', '-f', '-b', 'execve', '-qq', '-o', '/dev/null'],
      ...FILES.flatMap((file) => ['-P', join(home, file)]),
      ...['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${passage}`],
      ...argv,
    ],
    env: {},
  };
}

export function tellKill(kill: Kill): string {
  if (kill.kind === 'moment') return 'a moment';
  return kill.kind === 'point' ? `${kill.spec} ${kill.hostSpec}`.trim() : `${kill.call}#${kill.passage}`;
}

/** Whether strace is there and may trace. */
export function canTrace(): boolean {
  const argv = ['-D', '-f', '-b', 'execve', '-qq', '-o', '/dev/null', '-e', 'trace=pwrite64', 'true'];
  return spawnSync('strace', argv, { stdio: 'ignore' }).status === 0;
}
