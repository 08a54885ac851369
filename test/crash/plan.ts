import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { crashPointNames } from '../../src/lib/crash-point.ts';
import { chooseKill, type Kill } from './kill.ts';
import type { Random } from './random.ts';

/** Where the lives of one world end, one after another. */
export type KillPlan = {
  /** Null when there is no more to do. */
  readonly next: () => Kill | null;
  readonly learn: (end: { readonly how: string; readonly where: string }) => void;
  /** Named places at which nothing died although that was the plan. */
  readonly unreached: () => readonly string[];
  /** Whether run hosts are killed too, which costs a run each time. */
  readonly killsHosts: boolean;
};

const TRIES_PER_KILL_MAX = 3; // lives, with those that ended elsewhere; then something is wrong with the places

/** So many kills, at places that the seed chooses. */
export function seededPlan(random: Random, killsMax: number, hasStrace: boolean): KillPlan {
  let kills = 0;
  let tries = 0;
  return {
    next: () => {
      tries += 1;
      const isOver = kills >= killsMax || tries > killsMax * TRIES_PER_KILL_MAX;
      return isOver ? null : chooseKill(random, hasStrace);
    },
    learn: ({ how }) => {
      if (how === 'killed') kills += 1;
    },
    unreached: () => [],
    killsHosts: false,
  };
}

/** One life after another dies at one of these specs of REEVE_CRASH, as far as it comes there. */
export function fixedPlan(specs: readonly string[]): KillPlan {
  const left = [...specs];
  return {
    next: () => {
      const spec = left.shift();
      return spec === undefined ? null : { kind: 'point', spec, hostSpec: '' };
    },
    learn: () => {},
    unreached: () => [],
    killsHosts: false,
  };
}

/** Each named point once, of the server and of the run host: a life dies at the first one where none died before. */
export function everyPointPlan(home: string): KillPlan {
  const left = new Set<string>(crashPointNames);
  let tries = 0;
  const isOfHost = (name: string): boolean => name.startsWith('run.');
  return {
    next: () => {
      tries += 1;
      if (left.size === 0 || tries > crashPointNames.length * TRIES_PER_KILL_MAX) return null;
      const ofServer = [...left].filter((name) => !isOfHost(name));
      const ofHosts = [...left].filter(isOfHost);
      // One at a time, each in its turn, and in every other life: a session whose host dies often waits long, and in the end fails.
      const spares = ofServer.length > 0 && tries % 2 === 1;
      const ofHost = spares ? '' : (ofHosts[Math.floor(tries / 2) % ofHosts.length] ?? '');
      return { kind: 'point', spec: ofServer.join(), hostSpec: ofHost };
    },
    learn: ({ how, where }) => {
      // A life that did not come to the last one left is named after it all the same.
      if (how === 'killed') left.delete(where);
      for (const name of pointsOfHosts(home)) left.delete(name);
    },
    unreached: () => [...left],
    killsHosts: true,
  };
}

/** Where run hosts died, as they said in their last words. */
function pointsOfHosts(home: string): readonly string[] {
  const runs = join(home, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs).flatMap((run) => {
    const log = join(runs, run, 'host.log');
    return existsSync(log) ? [pointIn(readFileSync(log, 'utf8')) ?? ''] : [];
  });
}

/** The crash point that a program named before it died. */
export function pointIn(log: string): string | null {
  return /Died at the crash point ([\w.-]+)\.\n/.exec(log)?.[1] ?? null;
}
