import { isFinalState } from '../session/session.ts';
import type { WorkspaceFacts } from './facts.ts';

/** Until the settlement of a session is over, no other clean-up touches its workspace: its agent may still be ending. */
export type CleanupAsker = 'settlement' | 'clean-up';

export type CleanupVerdict =
  | { readonly act: 'remove'; readonly why: string }
  /** It holds what is kept nowhere else: that comes first. */
  | { readonly act: 'preserve-and-remove'; readonly why: string }
  /** One sentence for each reason. */
  | { readonly act: 'keep'; readonly reasons: readonly string[] }
  /** Nothing else speaks against removing it: look at its work, and judge again. */
  | { readonly act: 'look' };

const DRAFT_AGE_MS_MIN = 60 * 60_000; // making one takes minutes at most, even of a large repository
const UNKNOWN_AGE_MS_MIN = 24 * 60 * 60_000; // an older copy of the store may have been restored: somebody will notice

/**
 * May a workspace go? Only finished, unlocked work in which nothing runs, and never what is kept nowhere else. While the disk
 * is short nothing new is written to it, so that only what holds nothing more goes.
 */
export function judgeCleanup(
  facts: WorkspaceFacts,
  { asker, isDiskShort }: { readonly asker: CleanupAsker; readonly isDiskShort: boolean },
): CleanupVerdict {
  const reasons = [...reasonsOfKind(facts), ...reasonsOfOthers(facts), ...reasonsOfOwner(facts, asker)];
  if (reasons.length > 0) return { act: 'keep', reasons };
  if (facts.kind === 'draft') return { act: 'remove', why: 'It is what an interrupted process left.' };
  const { work } = facts;
  if (work === null) return { act: 'look' };
  const ended =
    facts.owner === null ? 'No session of this home is known for it' : `Its session is ${facts.owner.state}`;
  switch (work.kind) {
    case 'kept':
      return { act: 'remove', why: `${ended}, and all it holds is kept elsewhere.` };
    case 'unkept':
      return isDiskShort
        ? { act: 'keep', reasons: [`${work.detail} There is too little room on the disk to keep that elsewhere.`] }
        : { act: 'preserve-and-remove', why: `${ended}. ${work.detail}` };
    case 'unreadable':
      return { act: 'keep', reasons: [`Its work cannot be kept elsewhere: ${work.detail}`] };
  }
}

function reasonsOfKind({ kind, ageMs }: WorkspaceFacts): readonly string[] {
  switch (kind) {
    case 'link':
      return ['It is a link, which Reeve did not make; what it leads to is not touched.'];
    case 'other':
      return ['It is no workspace, and Reeve did not make it.'];
    case 'draft':
      return ageMs < DRAFT_AGE_MS_MIN ? ['It is being made or removed.'] : [];
    case 'workspace':
      return [];
  }
}

function reasonsOfOthers({ usedBy, lock }: WorkspaceFacts): readonly string[] {
  return [...usedBy.map((run) => `The run ${run} works in it.`), ...(lock === null ? [] : [`It is locked: ${lock}`])];
}

function reasonsOfOwner({ kind, owner, ageMs }: WorkspaceFacts, asker: CleanupAsker): readonly string[] {
  if (kind !== 'workspace') return [];
  if (owner === null) {
    return ageMs < UNKNOWN_AGE_MS_MIN ? ['No session of this home is known for it, and it changed within a day.'] : [];
  }
  if (!isFinalState(owner.state)) return [`Its session is ${owner.state}.`];
  return asker === 'clean-up' && !owner.isSettled ? ['Its session has ended, and the server settles it.'] : [];
}
