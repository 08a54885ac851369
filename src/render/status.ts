import type { Spend } from '../domain/run/run.ts';
import type { Outcome } from '../domain/session/outcome.ts';
import { ageOf } from './duration.ts';
import { spendText } from './spend.ts';
import { PIPE, styled, type Terminal } from './terminal.ts';
import { placesOf, terminalTable, type Column } from './terminal-table.ts';

type Status = {
  readonly at: number;
  readonly isServed: boolean;
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
  readonly id: string;
  readonly issue: string;
  readonly title: string;
  readonly headline: string;
  readonly outcome: Outcome;
  readonly waitsFor: string | null;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly lastSignAt: number | null;
  readonly spend: Spend;
};

type SetAside = { readonly about: string | null; readonly tries: number; readonly reason: string; readonly at: number };

/** Sessions that a person can still take in at once; `--json` has more. */
export const SESSIONS_SHOWN_MAX = 40;

/** What `reeve status` says in a terminal. Every text in it is fit for one already. */
export function renderStatus(status: Status, terminal: Terminal = PIPE): string {
  return [
    ...warningLines(status),
    ...sessionLines(status, terminal),
    '',
    ...countLines(status),
    ...setAsideLines(status, terminal),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function warningLines({ isServed, warnings }: Status): readonly string[] {
  const unserved = isServed
    ? []
    : ['No server works on this home. What is asked for is kept, and heard once one runs.'];
  const lines = [...unserved, ...warnings].map((text) => `! ${text}`);
  return lines.length === 0 ? [] : [...lines, ''];
}

const columns: readonly Column[] = [
  { title: 'SESSION' },
  { title: 'ISSUE', placesMin: 12, keeps: 'end', goes: 1 },
  { title: 'STATE', placesMin: 20 },
  { title: 'FOR', goes: 6 },
  { title: 'AGE', goes: 3 },
  { title: 'LAST SIGN', goes: 4 },
  { title: 'SPENT', goes: 5 },
  { title: 'WAITS FOR', placesMin: 12, goes: 2 },
  { title: 'TITLE', placesMin: 12, goes: 7 },
];

function sessionLines({ sessions, at }: Status, terminal: Terminal): readonly string[] {
  if (sessions.length === 0) {
    return ['No sessions yet: label an issue with reeve:ready, or `reeve submit OWNER/REPO#N`.'];
  }
  const shown = sessions.slice(0, SESSIONS_SHOWN_MAX);
  const rows = shown.map((session) => [
    ...[session.id, session.issue, session.headline, ageOf(at, session.changedAt), ageOf(at, session.createdAt)],
    session.lastSignAt === null ? '' : `${ageOf(at, session.lastSignAt)} ago`,
    ...[spentOf(session), session.waitsFor ?? '', session.title],
  ]);
  const [head = '', ...lines] = terminalTable(columns, rows, terminal.width);
  const more = sessions.length - shown.length;
  return [
    styled(terminal, 'bold', summaryOf(sessions)),
    styled(terminal, 'dim', head),
    ...lines.map((line, index) => painted(terminal, line, shown[index]?.outcome ?? 'active')),
    ...(more > 0 ? [`and ${more} more: \`reeve status --json\` has them`] : []),
  ];
}

/** Money where it is known: a column has room for one of the two. */
function spentOf({ spend }: Session): string {
  return spendText(spend.costMicroUsd === null ? spend : { ...spend, tokens: null }) ?? '';
}

function summaryOf(sessions: readonly Session[]): string {
  const count = (outcome: Outcome): number => sessions.filter((one) => one.outcome === outcome).length;
  const parts = [
    ...[`${count('input-needed')} need a person`, `${count('active')} active`],
    ...[`${count('completed')} completed lately`, `${count('failed')} failed or stopped lately`],
  ];
  const told = parts.filter((part) => !part.startsWith('0 ')).map((part) => part.replace(/^1 need /, '1 needs '));
  return `Sessions: ${told.join(' · ')}`;
}

function painted(terminal: Terminal, line: string, outcome: Outcome): string {
  switch (outcome) {
    case 'input-needed':
      return styled(terminal, 'yellow', line);
    case 'failed':
      return styled(terminal, 'red', line);
    case 'completed':
      return styled(terminal, 'dim', line);
    case 'active':
      return line;
  }
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

function setAsideLines({ setAside: { deliveries, effects }, at }: Status, terminal: Terminal): readonly string[] {
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
    styled(terminal, 'bold', 'Set aside: kept, and not tried again by itself'),
    ...named.flatMap(({ name, one }, at) => [rows[at] ?? '', `    ${one.reason}`, `    reeve replay ${name}`]),
  ];
}

/** Columns under each other; one that is empty everywhere takes no room. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(0, ...rows.map((row) => placesOf(row[column] ?? '')));
  return rows.map((row) =>
    `  ${row.map((cell, at) => (width(at) === 0 ? '' : `${cell}${' '.repeat(width(at) - placesOf(cell))}  `)).join('')}`.trimEnd(),
  );
}
