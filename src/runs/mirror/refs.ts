import type { RunId, SessionId } from '../../domain/ids.ts';

/** The names that Reeve gives to commits in a mirror. None of them is ever pushed under that name. */
export const reeveRefs = {
  /** What a run left, as it is. */
  run: (id: RunId): string => `refs/reeve/runs/${segment(id)}`,
  /** While a run is imported: which of its heads counts is not known yet. */
  importing: (id: RunId, head: 'checked-out' | 'branch'): string => `refs/reeve/importing/${segment(id)}/${head}`,
  /** While the work of a session is taken over to be kept: the tips of its branches. */
  keeping: (id: SessionId, tip: number): string => `refs/reeve/importing/${segment(id)}/tip-${tip}`,
  /** What of a session was made ready to be pushed. */
  publish: (id: SessionId): string => `refs/reeve/publish/${segment(id)}`,
  /** Work that was not published and must not be lost. */
  preserved: (id: SessionId): string => `refs/reeve/preserved/${segment(id)}`,
};

/** The full name of a branch. Throws at anything that git would not take for exactly one branch. */
export function branchRef(branch: string): string {
  const isOne =
    branch.length <= BRANCH_CHARACTERS_MAX &&
    branch !== '@' &&
    !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|[/.]$|\/\.|\.lock(\/|$)/u.test(branch) &&
    branch !== '';
  if (!isOne) throw new Error(`${JSON.stringify(branch)} is not the name of a branch.`);
  return `refs/heads/${branch}`;
}

const BRANCH_CHARACTERS_MAX = 250; // a file name on disk

/** Throws at anything that is not a full object id. */
export function objectId(sha: string): string {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error(`${JSON.stringify(sha)} is not an object id.`);
  return sha;
}

/** An id that is safe as one segment of a path or a ref. Throws at anything else. */
export function segment(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/.test(id)) throw new Error(`${JSON.stringify(id)} is not an id.`);
  return id;
}
