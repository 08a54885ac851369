import { oneLine } from './one-line.ts';

type Report = {
  readonly isDryRun: boolean;
  readonly workspaces: readonly {
    readonly name: string;
    readonly act: 'remove' | 'preserve-and-remove' | 'keep';
    readonly reasons: readonly string[];
    readonly outcome: 'removed' | 'preserved-and-removed' | 'kept' | 'missing' | 'failed' | null;
  }[];
  readonly counts: Readonly<Record<'removed' | 'preserved-and-removed' | 'kept' | 'missing' | 'failed', number>>;
  /** What setups made. */
  readonly setups: {
    readonly removed: number;
    readonly removedMib: number;
    readonly kept: number;
    readonly failed: number;
  };
};

const REASON_CHARACTERS_MAX = 300;
const NAME_CHARACTERS_MAX = 60;

const plans = { remove: 'would remove', 'preserve-and-remove': 'would keep the work of, and remove', keep: 'stays' };
const ends = {
  removed: 'removed',
  'preserved-and-removed': 'removed, its work kept',
  kept: 'stays',
  missing: 'gone already',
  failed: 'FAILED',
};

/** What `reeve cleanup` says in a terminal: a line for each workspace with its reasons, and what was done in numbers. */
export function renderCleanup({ isDryRun, workspaces, counts, setups }: Report): string {
  const lines = workspaces.map(({ name, act, reasons, outcome }) => {
    const what = outcome === null ? plans[act] : ends[outcome];
    const why = reasons.map((reason) => oneLine(reason, REASON_CHARACTERS_MAX)).join(' ');
    return `${oneLine(name, NAME_CHARACTERS_MAX)}: ${what}. ${why}\n`;
  });
  return `${lines.join('')}${isDryRun ? planned(workspaces) : done(counts)}\n${setupsText(setups, isDryRun)}`;
}

/** Nothing where there is nothing. */
function setupsText({ removed, removedMib, kept, failed }: Report['setups'], isDryRun: boolean): string {
  if (removed + kept + failed === 0) return '';
  const gone = `${removed} ${isDryRun ? 'would be removed' : 'removed'} (${removedMib} MiB)`;
  return `Of what setups made: ${gone}, ${kept} ${isDryRun ? 'would stay' : 'stay'}${failed > 0 ? `, ${failed} failed` : ''}.\n`;
}

function planned(workspaces: Report['workspaces']): string {
  const going = workspaces.filter(({ act }) => act !== 'keep').length;
  return `${going} would be removed, ${workspaces.length - going} would stay. Nothing was done.`;
}

function done(counts: Report['counts']): string {
  const removed = counts.removed + counts['preserved-and-removed'];
  const kept = counts['preserved-and-removed'];
  const restoring = kept > 0 ? ` (of ${kept} the work was kept first; \`reeve restore ID\` brings it back)` : '';
  const missing = counts.missing > 0 ? `, ${counts.missing} gone already` : '';
  return `${removed} removed${restoring}, ${counts.kept} stay, ${counts.failed} failed${missing}.`;
}
