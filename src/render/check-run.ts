import { displayOf } from '../domain/session/display.ts';
import { isFinal, openQuestion, type Session } from '../domain/session/session.ts';
import { duration, instant } from './duration.ts';
import { failureAdvice, failureText, retryText } from './failure.ts';
import { code, cutTo, fenced, shorten } from './markdown.ts';
import { runsMs } from './run-time.ts';
import { spendText } from './spend.ts';
import { PHASES_MAX, timelineOf } from './timeline.ts';
import { COMMAND_PREFIX, mayRetry } from './verbs.ts';

const SUMMARY_CHARACTERS_MAX = 60_000; // GitHub takes 65,535
const DETAIL_CHARACTERS_MAX = 3000;

/** A check run as GitHub takes it; the same shape as the GitHub port's. */
export type CheckRun = {
  readonly name: string;
  readonly externalId: string;
  readonly title: string;
  readonly summary: string;
  readonly startedAt: number;
  readonly actions: readonly CheckButton[];
} & (
  | { readonly status: 'in_progress' }
  | { readonly status: 'completed'; readonly conclusion: Conclusion; readonly completedAt: number }
);

type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'action_required';
/** At most 20, 40 and 20 characters. */
type CheckButton = { readonly label: string; readonly description: string; readonly identifier: string };

/** The check run of a session on one of its commits; on any but the newest it says that it is out of date. */
export function checkRun(session: Session, headSha: string, now: number): CheckRun {
  const same = {
    name: 'Reeve',
    externalId: session.id,
    startedAt: session.runs[0]?.startedAt ?? session.createdAt,
  };
  const completedAt = Math.max(session.changedAt, same.startedAt);
  const newest = session.pull?.headSha;
  if (newest !== undefined && newest !== headSha) {
    const summary = `This commit was followed by ${code(newest.slice(0, 12))}; the check of that commit tells how the work stands.`;
    const title = 'Superseded by a newer commit';
    return { ...same, title, summary, actions: [], status: 'completed', conclusion: 'neutral', completedAt };
  }
  const { check, headline } = displayOf(session);
  const told = { title: headline, summary: summaryOf(session, now) };
  return check === 'in_progress'
    ? { ...same, ...told, actions: [], status: 'in_progress' }
    : { ...same, ...told, actions: buttons(session), status: 'completed', conclusion: check, completedAt };
}

function buttons(session: Session): CheckButton[] {
  return [
    ...(mayRetry(session)
      ? [{ label: 'Retry', description: 'Start another run on this issue', identifier: 'retry' }]
      : []),
    ...(isFinal(session)
      ? []
      : [{ label: 'Stop', description: 'End the work; what is pushed stays', identifier: 'stop' }]),
  ];
}

function summaryOf(session: Session, now: number): string {
  const parts = [result(session), phaseTable(session, now), totals(session, now), ...detail(session)];
  return cutTo(parts.join('\n\n'), SUMMARY_CHARACTERS_MAX);
}

function result(session: Session): string {
  const question = openQuestion(session);
  if (question) return `Question ${question.number} waits for an answer on issue #${session.issueNumber}.`;
  if (session.state === 'failed') {
    return `${failureText[session.why]} ${failureAdvice[session.why]} ${retryText(COMMAND_PREFIX, session.pull && `#${session.pull.number}`)}`;
  }
  return `${displayOf(session).headline}. The status card is on issue #${session.issueNumber}.`;
}

function phaseTable(session: Session, now: number): string {
  const phases = timelineOf(session).slice(-PHASES_MAX);
  const until = isFinal(session) ? session.changedAt : now;
  const rows = phases.map(({ at, name, tookMs, outcome }) => [
    instant(at),
    name,
    tookMs === null ? `${duration(Math.max(0, until - at))} so far` : duration(tookMs),
    outcome,
  ]);
  const published = publishedRow(session);
  return [
    '| Started | Phase | Took | Outcome |',
    '| --- | --- | --- | --- |',
    ...[...rows, ...(published ? [published] : [])].map((cells) => `| ${cells.map(cell).join(' | ')} |`),
  ].join('\n');
}

/** A bar within code would end the cell as well. */
function cell(markdown: string): string {
  return markdown.replace(/(?<!\\)\|/g, '\\|');
}

function publishedRow(session: Session): string[] | null {
  const ended = session.runs.at(-1)?.end;
  if (!session.pull || !ended || session.state === 'queued' || session.state === 'preparing') return null;
  const outcome = `commit ${code(session.pull.headSha.slice(0, 12))} in #${session.pull.number}`;
  const tookMs = session.state === 'reviewing' ? Math.max(0, session.changedAt - ended.at) : null;
  return [
    instant(ended.at),
    session.state === 'publishing' ? 'Publishing' : 'Published',
    tookMs === null ? '' : duration(tookMs),
    outcome,
  ];
}

function totals(session: Session, now: number): string {
  const spend = spendText(session.spend);
  return [
    `Time in runs: ${duration(runsMs(session.runs, now))}`,
    `spend: ${spend ?? 'not reported'}`,
    `branch: ${code(session.branch)}`,
    `session: ${code(session.id)}`,
  ].join(' · ');
}

function detail(session: Session): string[] {
  if (session.state !== 'failed' || session.detail.trim() === '') return [];
  return [fenced(shorten(session.detail, DETAIL_CHARACTERS_MAX))];
}
