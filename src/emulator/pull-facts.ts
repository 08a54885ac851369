import type { ComparedCommits, Hub } from './hub.ts';
import { suiteOutcome } from './resources/check.ts';
import type { PullFacts, PullInPlace } from './resources/pull.ts';
import type { Repository } from './state/repositories.ts';

const COMPARISONS_MAX = 2000; // pairs of commits remembered; the oldest is forgotten first

/** What git and the branch's rules say about a pull request now. */
export async function pullFacts(hub: Hub, place: PullInPlace): Promise<PullFacts> {
  const { repository, issue, pull } = place;
  const { isMergeable: _, ...sizes } = await compared(hub, repository, pull.baseSha, pull.headSha);
  if (issue.state === 'closed') return { ...sizes, isMergeable: null, mergeableState: 'unknown' };
  const tip = await hub.git(repository).ref(`refs/heads/${pull.baseRef}`);
  const merges = tip === null ? false : (await compared(hub, repository, tip.sha, pull.headSha)).isMergeable;
  return { ...sizes, isMergeable: merges, mergeableState: mergeableState(place, merges) };
}

/** Why the rules of its base branch forbid to merge a pull request, or null. */
export function blockedBecause({ repository, pull }: PullInPlace): string | null {
  const protection = repository.protections.get(pull.baseRef);
  if (protection === undefined) return null;
  const opinions = new Map<number, string>();
  for (const review of pull.reviews) {
    if (review.state !== 'COMMENTED' && review.state !== 'PENDING') opinions.set(review.author.id, review.state);
  }
  if ([...opinions.values()].includes('CHANGES_REQUESTED')) return 'Changes were requested by a reviewer.';
  const approvals = [...opinions.values()].filter((state) => state === 'APPROVED').length;
  if (approvals < protection.approvals) {
    return `At least ${protection.approvals} approving review is required by reviewers with write access.`;
  }
  const missing = protection.checks.filter((name) => !hasPassed(repository, pull.headSha, name));
  return missing.length === 0 ? null : `Required status check "${missing.join('", "')}" is expected.`;
}

function mergeableState(place: PullInPlace, merges: boolean): PullFacts['mergeableState'] {
  const { repository, pull } = place;
  if (!merges) return 'dirty';
  if (pull.isDraft) return 'draft';
  if (blockedBecause(place) !== null) return 'blocked';
  const suites = repository.suites.filter((suite) => suite.headSha === pull.headSha && suite.runs.length > 0);
  const isSound = suites.every((suite) => {
    const { conclusion } = suiteOutcome(suite);
    return conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped';
  });
  return isSound ? 'clean' : 'unstable';
}

function hasPassed(repository: Repository, sha: string, name: string): boolean {
  const status = repository.statuses.findLast((each) => each.sha === sha && each.context === name);
  if (status?.state === 'success') return true;
  const runs = repository.suites.filter((suite) => suite.headSha === sha).flatMap((suite) => suite.runs);
  const run = runs.findLast((each) => each.name === name);
  return run?.conclusion === 'success' || run?.conclusion === 'neutral' || run?.conclusion === 'skipped';
}

function compared(hub: Hub, repository: Repository, base: string, head: string): Promise<ComparedCommits> {
  const key = `${repository.id}:${base}:${head}`;
  const known = hub.comparisons.get(key);
  if (known !== undefined) return known;
  const [oldest] = hub.comparisons.keys();
  if (hub.comparisons.size >= COMPARISONS_MAX && oldest !== undefined) hub.comparisons.delete(oldest);
  const answer = compare(hub, repository, base, head);
  hub.comparisons.set(key, answer);
  return answer;
}

async function compare(hub: Hub, repository: Repository, base: string, head: string): Promise<ComparedCommits> {
  const git = hub.git(repository);
  const comparison = await git.compare(base, head);
  const files = comparison?.files ?? [];
  return {
    commits: comparison?.ahead ?? 0,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
    isMergeable: await git.isMergeable(base, head),
  };
}
