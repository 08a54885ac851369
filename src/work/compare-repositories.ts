import type { Repository } from '../domain/event/incoming.ts';
import { openStates, type Session } from '../domain/session/session.ts';
import type { ListedRepository } from '../github/github.ts';
import { RefusedError } from '../github/errors.ts';
import { LeaseLostError, TransientError } from '../lib/errors.ts';
import { compareRepository } from './compare-repository.ts';
import { isSame, lookAtRepository } from './look-at-place.ts';
import type { Ports } from './ports.ts';
import { OUTSTANDING_MAX } from './sweep-deliveries.ts';

const REPOSITORIES_A_PASS_MAX = 50; // some hundred calls, most of them answered with "not modified"
const SESSIONS_MAX = 2_000; // open ones in memory; a team has tens
const OVERLAP_MS = 600_000; // the two clocks may differ, and a list may lag behind

/** A round through all repositories, as far as it has come. It may be lost: the next one begins where it is longest ago. */
export type Comparison = {
  /** Null between rounds. */
  readonly round: {
    readonly left: readonly ListedRepository[];
    /** By how much GitHub's clock is ahead of ours. */
    readonly aheadMs: number;
  } | null;
  /** GitHub wants no call before this. */
  readonly notBefore: number;
};

export const nothingCompared: Comparison = { round: null, notBefore: 0 };

type Options = { readonly everyMs: number; readonly signal?: AbortSignal };

/**
 * What the sweep cannot bring back (deliveries older than three days, too large, or never made) is still to be seen on
 * GitHub. A round looks at every repository of every installation, some in each pass, those first that were looked at
 * longest ago; it begins when the last one is long enough ago. Waiting deliveries go first. Safe to repeat and to break
 * off: what is found is stored under ids that are the same each time, and cursors move after that.
 */
export async function compareRepositories(
  ports: Ports,
  before: Comparison,
  { everyMs, signal }: Options,
): Promise<Comparison> {
  const { store, now, log } = ports;
  const { waiting } = await store.deliveries.count();
  if (waiting >= OUTSTANDING_MAX || now() < before.notBefore) return before;
  let { round } = before;
  try {
    if (round === null) {
      const last = (await store.cursors.get('compared')) ?? 0;
      if (Math.abs(now() - last) < everyMs) return before;
      round = await beginRound(ports);
    }
    const sessions = await store.sessions.inStates(openStates, SESSIONS_MAX);
    for (let count = 0; count < REPOSITORIES_A_PASS_MAX && !signal?.aborted; count += 1) {
      const [repository, ...left] = round.left;
      if (!repository) break;
      round = { ...round, left }; // also when GitHub is unwell for this one alone: the next round tries it again
      await compareOne(ports, repository, { sessions, aheadMs: round.aheadMs });
    }
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    log.warn({ err: error }, 'GitHub cannot be compared with now; the comparison goes on later.');
    return { round, notBefore: error.retryAt };
  }
  return { round: round.left.length === 0 ? null : round, notBefore: 0 };
}

/** A repository that was not there in the last round is compared from that round on; whatever was before is not ours. */
async function beginRound(ports: Ports): Promise<NonNullable<Comparison['round']>> {
  const { github, store, now } = ports;
  const { ids, githubNow } = await github.installations();
  const lastRoundAt = (await store.cursors.get('compared')) ?? now();
  const all: { readonly repository: ListedRepository; readonly comparedAt: number }[] = [];
  for (const id of ids) {
    for (const repository of await repositoriesOf(ports, id)) {
      const { owner, name, defaultBranch, installationId } = repository;
      await takeIn(ports, { id: repository.id, owner, name, defaultBranch, installationId });
      if ((await store.cursors.get(startOf(repository))) === null) {
        await store.cursors.advance(startOf(repository), lastRoundAt - OVERLAP_MS);
      }
      const comparedAt = (await store.cursors.get(turnOf(repository))) ?? 0;
      if (!repository.isArchived) all.push({ repository, comparedAt });
    }
  }
  await store.cursors.advance('compared', githubNow ?? now());
  const left = all.toSorted((one, other) => one.comparedAt - other.comparedAt).map(({ repository }) => repository);
  return { left, aheadMs: githubNow === null ? 0 : githubNow - now() };
}

/** The list was read a while ago, so where it says otherwise than we know it only makes us look. */
async function takeIn(ports: Ports, listed: Repository): Promise<void> {
  const { repositories } = ports.store;
  const known = (await repositories.get(listed.id)) ?? (await repositories.meet(listed));
  if (!isSame(known, listed)) await lookAtRepository(ports, listed);
}

async function repositoriesOf({ github, log }: Ports, installationId: number): Promise<readonly ListedRepository[]> {
  try {
    return await github.repositoriesOf(installationId);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    log.warn({ installation: installationId, err: error }, 'GitHub does not tell the repositories of an installation.');
    return [];
  }
}

/** One repository that cannot be compared must not keep the others from it. */
async function compareOne(
  ports: Ports,
  repository: ListedRepository,
  { sessions, aheadMs }: { readonly sessions: readonly Session[]; readonly aheadMs: number },
): Promise<void> {
  const { store, now, log } = ports;
  const { id, owner, name, defaultBranch, installationId } = repository;
  const startAt = (await store.cursors.get(startOf(repository))) ?? now();
  const here = sessions.filter(({ repositoryId }) => repositoryId === id);
  await store.cursors.advance(turnOf(repository), now());
  try {
    await compareRepository(ports, { id, owner, name, defaultBranch, installationId }, here, { startAt, aheadMs });
  } catch (error) {
    if (error instanceof TransientError || error instanceof LeaseLostError) throw error;
    log.error({ repository: id, err: error }, 'A repository cannot be compared; the next round tries again.');
  }
}

/** From when on what happens in a repository concerns us. */
const startOf = ({ id }: ListedRepository): string => `start/${id}`;
/** When it was last its turn, by our clock. */
const turnOf = ({ id }: ListedRepository): string => `compared/${id}`;
