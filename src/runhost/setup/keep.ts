import { join } from 'node:path';

import { messageOf } from '../../lib/errors.ts';
import type { AgentEnd } from '../end-of-agent.ts';
import type { openSetupCache } from './cache.ts';
import { copyAll, removeAll } from './programs.ts';
import type { RunStep } from './steps.ts';
import { lookAtMade } from './tree.ts';

type Cache = ReturnType<typeof openSetupCache>;

/** `over`: the run itself is to end. */
type Outcome =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly why: string }
  | { readonly kind: 'over'; readonly end: AgentEnd };

const COPY_MS_MAX = 5 * 60_000; // a million small files on a slow disk; a setup that takes longer is the better way

export type Keeping = {
  readonly cache: Cache;
  readonly step: RunStep;
  /** Resolved. */
  readonly repo: string;
  readonly cachePaths: readonly string[];
  readonly commit: string;
  /** How long the run may still take. */
  readonly leftMs: () => number;
  readonly now: () => number;
};

/** Lays what is kept into the workspace, in the place of what is there. `no` leaves none of it. */
export async function restore({ cache, step, repo, cachePaths, leftMs, now }: Keeping): Promise<Outcome> {
  const found = await cache.find(now());
  if (found === null) return { kind: 'no', why: 'Nothing is kept for these lock files.' };
  const there = new Set(found.entry.paths.filter(({ isThere }) => isThere).map(({ path }) => path));
  const places = cachePaths.map((path, index) => ({
    ...{ from: join(found.path, `${index}`), to: join(repo, path), isThere: there.has(path) },
  }));
  const pairs = places.filter(({ isThere }) => isThere).map(({ from, to }) => [from, to] as const);
  const end = await step(copyAll(pairs), Math.min(COPY_MS_MAX, leftMs()), { readable: found.path }).catch(ifUnmade);
  if (end.reason === 'finished' && (await cache.isStillThere(found))) return { kind: 'yes' };
  if (end.reason === 'stopped' || end.reason === 'disk-full') return { kind: 'over', end };
  const removal = await step(removeAll(places.map(({ to }) => to)), Math.min(COPY_MS_MAX, leftMs()));
  if (removal.reason !== 'finished') return { kind: 'over', end: removal };
  return { kind: 'no', why: `What is kept could not be copied. ${end.detail}` };
}

/** Keeps what the setup has made. Nothing of the setup may be at work any more, and no agent yet. */
export async function keep(keeping: Keeping): Promise<Outcome> {
  const { cache, repo, cachePaths } = keeping;
  let draft: string | null = null;
  try {
    const made = await Promise.all(cachePaths.map((path) => lookAtMade(repo, path)));
    const astray = made.find(({ what }) => what === 'led-astray');
    if (astray !== undefined)
      return { kind: 'no', why: `${astray.path} is a link, leads through one, or cannot be read.` };
    if (made.every(({ what }) => what === 'absent'))
      return { kind: 'no', why: `It made none of ${cachePaths.join(', ')}.` };
    const mib = made.reduce((sum, one) => sum + one.mib, 0);
    const why = await cache.whyNot(mib);
    if (why !== null) return { kind: 'no', why };
    draft = await cache.draft();
    const paths = made.map(({ path, what }) => ({ path, isThere: what === 'made' }));
    return await copyTo(draft, { ...keeping, paths, mib });
  } catch (error) {
    return { kind: 'no', why: messageOf(error) };
  } finally {
    if (draft !== null) await cache.drop(draft); // what was kept has another name by now
  }
}

type Copying = Keeping & { readonly paths: readonly { path: string; isThere: boolean }[]; readonly mib: number };

async function copyTo(
  draft: string,
  { cache, step, repo, commit, leftMs, now, paths, mib }: Copying,
): Promise<Outcome> {
  const pairs = paths.flatMap(({ path, isThere }, index) =>
    isThere ? [[join(repo, path), join(draft, `${index}`)] as const] : [],
  );
  const end = await step(copyAll(pairs), Math.min(COPY_MS_MAX, leftMs()), { writable: draft });
  if (end.reason === 'stopped') return { kind: 'over', end };
  if (end.reason !== 'finished') return { kind: 'no', why: end.detail };
  const isFirst = await cache.keep(draft, { madeAt: now(), commit, mib, paths: [...paths] });
  return isFirst ? { kind: 'yes' } : { kind: 'no', why: 'Another run has kept the same.' };
}

/** The entry went before the sandbox could show it. */
function ifUnmade(error: unknown): AgentEnd {
  return { reason: 'not-started', exitCode: null, signal: null, detail: messageOf(error) };
}
