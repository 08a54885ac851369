import type { Answer, Question, RunRecord, Session } from '../domain/session/session.ts';
import { code } from './markdown.ts';
import { letterOf } from './options.ts';
import { runEndText } from './run-end.ts';

/** One phase of a session's life. */
export type Phase = {
  readonly at: number;
  readonly name: string;
  /** Null while it lasts. */
  readonly tookMs: number | null;
  /** A verb phrase, or null while there is nothing to tell. Markdown. */
  readonly outcome: string | null;
};

/** More phases than these are told only as a number: the newest matter. */
export const PHASES_MAX = 40;

/** What happened in a session, oldest first: waiting for its slot, its runs and its questions. */
export function timelineOf(session: Session): readonly Phase[] {
  const [first] = session.runs;
  const queued: Phase = {
    at: session.createdAt,
    name: 'Queued',
    tookMs: first ? first.startedAt - session.createdAt : null,
    outcome: `asked for by ${code(session.requestedBy.login)}`,
  };
  const later = [...session.runs.map(phaseOfRun), ...session.questions.map(phaseOfQuestion)];
  return [queued, ...later.toSorted((one, other) => one.at - other.at)];
}

function phaseOfRun(run: RunRecord, index: number): Phase {
  return {
    at: run.startedAt,
    name: `Run ${index + 1}`,
    tookMs: run.end && run.end.at - run.startedAt,
    outcome: run.end && runEndText[run.end.reason],
  };
}

function phaseOfQuestion(question: Question): Phase {
  const { answer } = question;
  return {
    at: question.askedAt,
    name: `Question ${question.number}`,
    tookMs: answer && answer.at - question.askedAt,
    outcome: answer && `answered by ${code(answer.by.login)}${chosen(answer)}`,
  };
}

function chosen({ option }: Answer): string {
  return option === null ? ' in words' : `: **${letterOf(option)}**`;
}
