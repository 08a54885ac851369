/** One thing that setups made, or half made, as seen at one instant. */
export type SetupEntryFacts = {
  readonly repositoryId: number;
  readonly name: string;
  /** `draft`: half made or half removed. `unreadable`: it does not say what it is. */
  readonly kind: 'entry' | 'draft' | 'unreadable';
  readonly mib: number;
  readonly madeAt: number;
  readonly usedAt: number;
};

export type SetupEntryVerdict = {
  readonly entry: SetupEntryFacts;
  readonly why: 'half-made' | 'unreadable' | 'too-old' | 'disk-short' | 'too-many' | 'too-large';
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const SETUP_ENTRY_AGE_MS_MAX = 14 * DAY_MS; // what a commit that was taken back has left in it is gone by then
const DRAFT_AGE_MS_MAX = 2 * HOUR_MS; // nothing is copied for so long: copying has a limit of minutes
const DISK_SHORT_REST_MS = HOUR_MS; // while the disk is short: what was used just now is used again soon
const REPOSITORY_ENTRIES_MAX = 5; // the lock files of a busy repository change some times a day
const ENTRIES_MAX = 100; // of all repositories: a look at them stays short
const TOTAL_MIB_MAX = 20_480; // of all repositories: some dozen trees of packages

/** Which of them go: those that are of no use, and then those that were used least recently, down to the bounds. */
export function judgeSetupCache(
  entries: readonly SetupEntryFacts[],
  { now, isDiskShort }: { readonly now: number; readonly isDiskShort: boolean },
): readonly SetupEntryVerdict[] {
  const gone: SetupEntryVerdict[] = [];
  const ofRepository = new Map<number, number>();
  let kept = 0;
  let keptMib = 0;
  for (const entry of entries.toSorted((one, other) => other.usedAt - one.usedAt || (one.name < other.name ? -1 : 1))) {
    const isYoung = now - entry.usedAt < DRAFT_AGE_MS_MAX;
    if (entry.kind !== 'entry') {
      if (!isYoung) gone.push({ entry, why: entry.kind === 'draft' ? 'half-made' : 'unreadable' });
      continue;
    }
    const siblings = ofRepository.get(entry.repositoryId) ?? 0;
    const why = whyNot(entry, { now, isDiskShort, siblings, kept, keptMib });
    if (why !== null) {
      gone.push({ entry, why });
      continue;
    }
    ofRepository.set(entry.repositoryId, siblings + 1);
    kept += 1;
    keptMib += entry.mib;
  }
  return gone;
}

type Kept = {
  readonly now: number;
  readonly isDiskShort: boolean;
  readonly siblings: number;
  readonly kept: number;
  readonly keptMib: number;
};

function whyNot(
  { madeAt, usedAt, mib }: SetupEntryFacts,
  { now, isDiskShort, siblings, kept, keptMib }: Kept,
): SetupEntryVerdict['why'] | null {
  if (now - madeAt >= SETUP_ENTRY_AGE_MS_MAX) return 'too-old';
  if (isDiskShort && now - usedAt >= DISK_SHORT_REST_MS) return 'disk-short';
  if (siblings >= REPOSITORY_ENTRIES_MAX || kept >= ENTRIES_MAX) return 'too-many';
  return keptMib + mib > TOTAL_MIB_MAX ? 'too-large' : null;
}
