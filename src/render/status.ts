import { duration, instant } from './duration.ts';

type Status = {
  readonly at: number;
  readonly sessions: readonly Session[];
  readonly deliveries: Readonly<Record<'waiting' | 'processed' | 'uninteresting' | 'set-aside', number>>;
  readonly effects: Readonly<Record<'pending' | 'sending' | 'unknown' | 'done' | 'failed' | 'superseded', number>>;
  readonly oldestWaitingAt: number | null;
  readonly removed: Removal | null;
  readonly warnings: readonly string[];
  readonly setAside: {
    readonly deliveries: readonly (SetAside & { readonly id: string; readonly event: string })[];
    readonly effects: readonly (SetAside & { readonly key: string; readonly kind: string })[];
  };
};

type Removal = Readonly<Record<'at' | 'deliveries' | 'effects' | 'facts' | 'sessions' | 'runs', number>>;

type Session = {
  readonly issue: string;
  readonly title: string;
  readonly headline: string;
  readonly waitsFor: string | null;
  readonly changedAt: number;
};

type SetAside = { readonly about: string | null; readonly tries: number; readonly reason: string; readonly at: number };

/** What `reeve status` says in a terminal. Every text in it is fit for one already. */
export function renderStatus(status: Status): string {
  return [...warningLines(status), ...sessionLines(status), '', ...countLines(status), ...setAsideLines(status)]
    .map((line) => `${line}\n`)
    .join('');
}

function warningLines({ warnings }: Status): readonly string[] {
  return warnings.length === 0 ? [] : [...warnings.map((text) => `! ${text}`), ''];
}

function sessionLines({ sessions, at }: Status): readonly string[] {
  if (sessions.length === 0) return ['No sessions yet: label an issue with reeve:ready.'];
  const rows = sessions.map(({ issue, headline, waitsFor, changedAt, title }) => [
    ...[issue, headline, `for ${ageOf(at, changedAt)}`, waitsFor === null ? '' : `waits for ${waitsFor}`, title],
  ]);
  return ['Sessions', ...table(rows)];
}

function countLines({ deliveries, effects, oldestWaitingAt, removed, at }: Status): readonly string[] {
  const oldest = oldestWaitingAt === null ? '' : ` (the oldest for ${ageOf(at, oldestWaitingAt)})`;
  const inbox = [
    `${deliveries.waiting} waiting${oldest}`,
    ...[`${deliveries.processed} processed`, `${deliveries.uninteresting} of no concern`],
    ...(deliveries['set-aside'] > 0 ? [`${deliveries['set-aside']} set aside`] : []),
  ];
  const outbox = [
    ...[`${effects.pending} waiting`, `${effects.sending} under way`],
    ...(effects.unknown > 0 ? [`${effects.unknown} to be looked up`] : []),
    `${effects.done + effects.superseded} done`,
    ...(effects.failed > 0 ? [`${effects.failed} given up`] : []),
  ];
  return [`Inbox   ${inbox.join(' · ')}`, `Outbox  ${outbox.join(' · ')}`, ...removedLines(removed, at)];
}

function removedLines(removed: Removal | null, now: number): readonly string[] {
  if (!removed) return [];
  const { at, deliveries, effects, facts, sessions, runs } = removed;
  const counts = [
    ...[`${deliveries} deliveries`, `${effects} effects`, `${facts} facts`],
    ...[`${sessions} session histories`, `${runs} run directories`],
  ];
  return [`Removed ${counts.join(' · ')} (${ageOf(now, at)} ago)`];
}

function setAsideLines({ setAside: { deliveries, effects }, at }: Status): readonly string[] {
  if (deliveries.length + effects.length === 0) return [];
  const rest = ({ about, tries, at: since }: SetAside): string[] => [
    ...[about ?? 'unknown', `${tries} ${tries === 1 ? 'try' : 'tries'}`, `${ageOf(at, since)} ago`],
  ];
  const named = [
    ...deliveries.map((one) => ({ row: ['delivery', one.event, ...rest(one)], name: `delivery ${one.id}`, one })),
    ...effects.map((one) => ({ row: ['effect', one.kind, ...rest(one)], name: `effect ${one.key}`, one })),
  ];
  const rows = table(named.map(({ row }) => row));
  return [
    '',
    'Set aside: kept, and not tried again by itself',
    ...named.flatMap(({ name, one }, at) => [rows[at] ?? '', `    ${one.reason}`, `    reeve replay ${name}`]),
  ];
}

function ageOf(at: number, since: number): string {
  return at >= since ? duration(at - since) : instant(since); // a clock was set back
}

/** Columns under each other; one that is empty everywhere takes no room. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(0, ...rows.map((row) => Array.from(row[column] ?? '').length));
  return rows.map((row) =>
    `  ${row.map((cell, at) => (width(at) === 0 ? '' : `${cell}${' '.repeat(width(at) - Array.from(cell).length)}  `)).join('')}`.trimEnd(),
  );
}
