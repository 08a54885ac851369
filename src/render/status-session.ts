import { isOperator, type Person } from '../domain/people.ts';
import type { RunEnd, RunStatus, Spend } from '../domain/run/run.ts';
import type { Outcome } from '../domain/session/outcome.ts';
import type { Question, RunRecord } from '../domain/session/session.ts';
import { ageOf, duration, instant } from './duration.ts';
import { oneLine } from './one-line.ts';
import { letterOf } from './options.ts';
import { printable } from './printable.ts';
import { runEndText } from './run-end.ts';
import { runMs } from './run-time.ts';
import { spendText } from './spend.ts';
import { PIPE, styled, type Terminal } from './terminal.ts';
import { cutToPlaces, terminalTable } from './terminal-table.ts';

type Report = {
  readonly at: number;
  readonly id: string;
  readonly issue: string;
  readonly title: string;
  readonly headline: string;
  readonly outcome: Outcome;
  readonly waitsFor: string | null;
  readonly detail: string | null;
  readonly requestedBy: Person;
  readonly previousId: string | null;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly branch: string;
  readonly pull: { readonly number: number; readonly headSha: string } | null;
  readonly spend: Spend;
  readonly progress: string | null;
  readonly summary: string | null;
  /** The number of the question that waits for an answer. */
  readonly openQuestion: number | null;
  readonly questions: readonly Question[];
  readonly runs: readonly Run[];
  readonly judgements: readonly {
    readonly at: number;
    readonly runId: string;
    readonly kind: string;
    readonly evidence: string;
  }[];
  readonly history: readonly {
    readonly at: number;
    readonly from: string | null;
    readonly to: string;
    readonly cause: string;
  }[];
};

type Run = RunRecord & {
  readonly directory: string;
  readonly status:
    | ({
        readonly heartbeatAt: number;
        readonly outputAt: number;
        readonly outputBytes: number;
        readonly spend: Spend;
        readonly end: RunEnd | null;
      } & Partial<Pick<RunStatus, 'state' | 'setup'>>)
    | null;
};

const TITLE_CHARACTERS_MAX = 200;
const TEXT_LINES_MAX = 20; // of a question, a summary or a detail; `--json` has all of it
const TEXT_CHARACTERS_MAX = 4_000;
const OPTION_CHARACTERS_MAX = 200;
const LOGIN_CHARACTERS_MAX = 60;
const RUNS_SHOWN_MAX = 10; // the newest
const JUDGEMENTS_SHOWN_MAX = 10; // the newest
const EVIDENCE_CHARACTERS_MAX = 300;
const HISTORY_SHOWN_MAX = 20; // the newest

/** What `reeve status ID` says in a terminal. Texts of others lose their power over it here. */
export function renderSession(report: Report, terminal: Terminal = PIPE): string {
  const parts = [
    heading(report, terminal),
    facts(report, terminal),
    ...texts(report, terminal),
    ...report.questions.map((question) => questionLines(report, question, terminal)),
    runLines(report, terminal),
    judgementLines(report, terminal),
    historyLines(report, terminal),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading({ issue, title, headline, waitsFor }: Report, terminal: Terminal): readonly string[] {
  const waits = waitsFor === null ? '' : `: waits for ${waitsFor}`;
  return [`${issue}  ${oneLine(title, TITLE_CHARACTERS_MAX)}`, `${headline}${waits}`]
    .map((line) => fitted(line, terminal))
    .map((line) => styled(terminal, 'bold', line));
}

function facts(report: Report, terminal: Terminal): readonly string[] {
  const { at, createdAt, changedAt, pull, spend, previousId } = report;
  const since = (instantMs: number): string => `${instant(instantMs)}, ${ageOf(at, instantMs)} ago`;
  const agent = spend.agentMs > 0 ? `${duration(spend.agentMs)} of an agent` : null;
  const spent = [spendText(spend), agent].filter((part) => part !== null);
  const rows: [string, string | null][] = [
    ['session', report.id],
    ['asked for by', nameOf(report.requestedBy)],
    ['opened', since(createdAt)],
    ['changed', since(changedAt)],
    ['branch', report.branch],
    ['pull request', pull && `#${pull.number} at ${pull.headSha.slice(0, 12)}`],
    ['spent', spent.length > 0 ? spent.join(' · ') : null],
    ['retry of', previousId],
  ];
  return rows.flatMap(([name, value]) =>
    value === null ? [] : [fitted(`  ${name.padEnd(14)}${oneLine(value, TITLE_CHARACTERS_MAX)}`, terminal)],
  );
}

function texts({ progress, detail, summary }: Report, terminal: Terminal): readonly (readonly string[])[] {
  const named: [string, string | null][] = [
    ['The agent says', progress],
    ['Why', detail],
    ['Summary', summary],
  ];
  return named.flatMap(([name, text]) => (text?.trim() ? [[title(name, terminal), ...block(text)]] : []));
}

function questionLines({ id, openQuestion }: Report, question: Question, terminal: Terminal): readonly string[] {
  const { number, text, options, answer } = question;
  const choices = options.map((option, at) => `    ${letterOf(at)}  ${oneLine(option, OPTION_CHARACTERS_MAX)}`);
  const asked = [...block(text), ...choices];
  if (answer === null) {
    const hint = number === openQuestion ? `  reeve answer ${id} "…"` : '  no answer is needed any more';
    return [title(`Question ${number}`, terminal), ...asked, hint];
  }
  return [
    title(`Question ${number}`, terminal),
    ...asked,
    `  answered by ${nameOf(answer.by)}:`,
    ...block(answer.text).map((line) => `  ${line}`),
  ];
}

function runLines({ runs, at }: Report, terminal: Terminal): readonly string[] {
  if (runs.length === 0) return [];
  const shown = runs.slice(-RUNS_SHOWN_MAX);
  const rows = shown.map(({ id, startedAt, end, status }) => [
    ...[`  ${id}`, instant(startedAt), end ? runEndText[end.reason] : underWayText(status)],
    duration(runMs({ startedAt, end }, at)),
    end || !status ? '' : `${ageOf(at, Math.max(status.heartbeatAt, status.outputAt))} ago`,
    status ? bytesText(status.outputBytes) : '',
    (status && spendText(status.spend)) ?? '',
    exitText(status?.end ?? null),
  ]);
  const columns = ['  RUN', 'STARTED', 'HOW IT IS', 'TOOK', 'LAST SIGN', 'WROTE', 'SPENT', 'EXIT'].map((name, index) =>
    index === 1 || index > 4 ? { title: name, goes: index } : { title: name },
  );
  const newest = shown.at(-1);
  return [
    title(runs.length > shown.length ? `The newest ${shown.length} of ${runs.length} runs` : 'Runs', terminal),
    ...terminalTable(columns, rows, terminal.width),
    ...(newest ? [`  reeve attach ${newest.id}`, `  ${newest.directory}`] : []),
  ];
}

/** Before its agent, what the repository depends on is made. */
function underWayText(status: Run['status']): string {
  return status?.setup !== undefined && status.state === 'starting' ? 'is being set up' : 'under way';
}

/** Why a run was held to be lost, or to have ended. */
function judgementLines({ judgements }: Report, terminal: Terminal): readonly string[] {
  if (judgements.length === 0) return [];
  const rows = judgements
    .slice(-JUDGEMENTS_SHOWN_MAX)
    .map(({ at, runId, kind, evidence }) => [
      ...[`  ${instant(at)}`, runId, kind],
      oneLine(evidence, EVIDENCE_CHARACTERS_MAX),
    ]);
  const columns = [{ title: '  WHEN' }, { title: 'RUN' }, { title: 'JUDGED' }, { title: 'BECAUSE', placesMin: 20 }];
  return [title('Judgements', terminal), ...terminalTable(columns, rows, terminal.width)];
}

function exitText(end: RunEnd | null): string {
  if (end === null) return '';
  return end.signal ?? (end.exitCode === null ? '' : String(end.exitCode));
}

function historyLines({ history }: Report, terminal: Terminal): readonly string[] {
  const shown = history.slice(-HISTORY_SHOWN_MAX);
  const rows = shown.map(({ at, from, to, cause }) => [`  ${instant(at)}`, from === to ? 'the same' : to, cause]);
  const columns = [{ title: '  WHEN' }, { title: 'BECAME' }, { title: 'BECAUSE OF', placesMin: 20 }];
  return [title('History', terminal), ...terminalTable(columns, rows, terminal.width)];
}

function title(text: string, terminal: Terminal): string {
  return styled(terminal, 'bold', text);
}

/** Who did something, for a terminal. */
export function nameOf(person: Person): string {
  return isOperator(person) ? 'an operator of this server' : oneLine(person.login, LOGIN_CHARACTERS_MAX);
}

function block(text: string): readonly string[] {
  const lines = printable(text.slice(0, TEXT_CHARACTERS_MAX).trim()).split('\n');
  const cut = lines.length > TEXT_LINES_MAX || text.length > TEXT_CHARACTERS_MAX ? ['  …'] : [];
  return [...lines.slice(0, TEXT_LINES_MAX).map((line) => `  ${line}`), ...cut];
}

function bytesText(bytes: number): string {
  return bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function fitted(line: string, { width }: Terminal): string {
  return width === null ? line : cutToPlaces(line, width);
}
