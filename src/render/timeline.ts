import { isFinal, type Answer, type Question, type RunRecord, type Session } from '../domain/session/session.ts';
import { inline, shorten } from './markdown.ts';
import { letterOf } from './options.ts';
import { personText } from './person.ts';
import { runEndText } from './run-end.ts';
import { runMs } from './run-time.ts';

/** One phase of a session's life. */
export type Phase = {
  readonly at: number;
  /** Markdown, one line. */
  readonly name: string;
  /** Null while it lasts. */
  readonly tookMs: number | null;
  /** How it ended, or how it stands. Markdown, one line. */
  readonly outcome: string;
};

/** More phases than these are told only as a number: the newest matter. */
export const PHASES_MAX = 40;
const TEXT_CHARACTERS_MAX = 120; // a reminder; the whole is in the question's own comment

/** What happened in a session, oldest first: waiting for its slot, its runs and its questions. */
export function timelineOf(session: Session): readonly Phase[] {
  const [first] = session.runs;
  const queued: Phase = {
    at: session.createdAt,
    name: 'Queued',
    tookMs: first ? first.startedAt - session.createdAt : null,
    outcome: `asked for by ${personText(session.requestedBy)}`,
  };
  const runs = session.runs.map(phaseOfRun);
  const questions = session.questions.map((question) => phaseOfQuestion(question, isFinal(session)));
  return [queued, ...[...runs, ...questions].toSorted((one, other) => one.at - other.at)];
}

function phaseOfRun(run: RunRecord, index: number): Phase {
  return {
    at: run.startedAt,
    name: `Run ${index + 1}`,
    tookMs: run.end && runMs(run, run.end.at),
    outcome: run.end ? runEndText[run.end.reason] : 'under way',
  };
}

function phaseOfQuestion(question: Question, isVoid: boolean): Phase {
  const { answer } = question;
  const endedAt = answer?.at ?? question.withdrawnAt ?? null;
  return {
    at: question.askedAt,
    name: `Question ${question.number}: ${inline(shorten(question.text, TEXT_CHARACTERS_MAX))}`,
    tookMs: endedAt === null ? null : endedAt - question.askedAt,
    outcome: answer
      ? `answered by ${personText(answer.by)}: ${answerText(question, answer)}`
      : isVoid || question.withdrawnAt !== undefined
        ? 'not answered'
        : 'open',
  };
}

/** What was answered, in one line: the option that was meant, or the beginning of the words. Markdown. */
export function answerText({ options }: Question, { option, text }: Answer): string {
  const meant = option === null ? undefined : options[option];
  return option === null || meant === undefined
    ? inline(shorten(text, TEXT_CHARACTERS_MAX))
    : `**${letterOf(option)}**, ${inline(shorten(meant, TEXT_CHARACTERS_MAX))}`;
}
