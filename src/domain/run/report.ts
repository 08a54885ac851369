import type { RunOutput } from './output.ts';
import type { PermissionGrant } from './permission.ts';
import type { Spend } from './run.ts';

/** What people are asked. The options belong to the first question. */
export type Question = {
  readonly text: string;
  readonly options: readonly string[];
  /** What the agent asks leave for; empty unless this is such a question. Who says yes allows exactly these. */
  readonly permissions: readonly PermissionGrant[];
};

/** What one run's typed outputs come to. All texts are hostile. */
export type RunReport = {
  readonly question: Question | null;
  readonly summary: string | null;
  readonly gaps: readonly string[];
  readonly proposals: readonly { readonly title: string; readonly body: string }[];
  /** Oldest first. */
  readonly progress: readonly string[];
};

const MICRO_USD = 1_000_000;
const ASKS_MAX = 5; // more questions at once are not answered well; the agent can ask again

/**
 * Later asks become part of the first, so that a run has one question and one answer continues it. The last result counts.
 */
export function reportOf(outputs: readonly RunOutput[]): RunReport {
  return {
    question: questionOf(outputs),
    summary: of(outputs, 'result').at(-1)?.summary ?? null,
    gaps: of(outputs, 'gap').map((gap) => gap.text),
    proposals: of(outputs, 'propose-issue').map(({ title, body }) => ({ title, body })),
    progress: of(outputs, 'progress').map((progress) => progress.text),
  };
}

/** What a run has used: the time as measured, the rest as it reported it. Each report is a sum so far, so the largest counts. */
export function spendOf(outputs: readonly RunOutput[], agentMs: number): Spend {
  const reports = [...of(outputs, 'result'), ...of(outputs, 'spend')];
  const costUsd = largest(reports.map((report) => report.costUsd));
  return {
    agentMs: Math.round(agentMs),
    costMicroUsd: costUsd === null ? null : Math.round(costUsd * MICRO_USD),
    tokens: largest(reports.map((report) => report.tokens)),
  };
}

/** What the agent says of its work, with what it could not prove and what else it saw; null when it said nothing. Hostile text. */
export function summaryOf({
  summary,
  gaps,
  proposals,
}: Pick<RunReport, 'summary' | 'gaps' | 'proposals'>): string | null {
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [[title, '', ...lines.map((line) => `- ${line}`)].join('\n')];
  const parts = [
    ...(summary === null ? [] : [summary]),
    ...list('Not proven:', gaps),
    ...list(
      'Seen besides, and left alone:',
      proposals.map(({ title, body }) => (body ? `${title}: ${body}` : title)),
    ),
  ];
  return parts.length === 0 ? null : parts.join('\n\n');
}

function largest(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}

function questionOf(outputs: readonly RunOutput[]): Question | null {
  const asked = of(outputs, 'ask');
  const permissions = asked.flatMap((ask) => ('permissions' in ask ? ask.permissions : []));
  // A question for leave comes first: its options decide, and the agent can put its others again.
  const sorted = [...asked.filter((ask) => 'permissions' in ask), ...asked.filter((ask) => !('permissions' in ask))];
  const [first, ...later] = sorted.slice(0, ASKS_MAX);
  if (!first) return null;
  const rest = later.map(({ question, options }) =>
    options.length === 0 ? question : `${question} (${options.join(' / ')})`,
  );
  return { text: [first.question, ...rest].join('\n\n'), options: first.options, permissions };
}

function of<Kind extends RunOutput['kind']>(
  outputs: readonly RunOutput[],
  kind: Kind,
): Extract<RunOutput, { kind: Kind }>[] {
  return outputs.filter((output): output is Extract<RunOutput, { kind: Kind }> => output.kind === kind);
}
