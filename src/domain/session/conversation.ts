import type { ConversationMark } from '../run/conversation.ts';
import type { PermissionGrant } from '../run/permission.ts';
import type { RunRecord, RunRecordEnd, Session } from './session.ts';

/** How the next run of an agent takes up what it did before. */
export type ConversationFacts = {
  /** Null: it needs a new one. */
  readonly conversationId: string | null;
  /** It has worked in that before. */
  readonly isResume: boolean;
  /** What it called the conversation itself when that was last heard. */
  readonly mark: ConversationMark | null;
};

/** What is known of the conversation between a session and an agent; `earlier`: its runs before the one in question. */
export function conversationWith(
  { conversationId: first }: Pick<Session, 'conversationId'>,
  earlier: readonly RunRecord[],
  agent: string,
): ConversationFacts {
  const own = workedRuns(earlier).filter((run) => (run.agent?.name ?? agent) === agent);
  const last = own.at(-1);
  if (!last) return { conversationId: first, isResume: false, mark: null };
  if (last.end?.reason === 'context-full') return { conversationId: null, isResume: false, mark: null };
  const conversationId = last.agent?.conversationId ?? first;
  const inIt = own.filter((run) => (run.agent?.conversationId ?? first) === conversationId);
  return { conversationId, isResume: true, mark: inIt.findLast(({ end }) => end?.mark)?.end?.mark ?? null };
}

/** Those in which an agent may have worked. */
export function workedRuns(runs: readonly RunRecord[]): readonly RunRecord[] {
  return runs.filter(({ end }) => end === null || !neverBegun.includes(end.reason));
}

const neverBegun: readonly string[] = ['launch-failed', 'withheld', 'setup-failed'] satisfies RunRecordEnd['reason'][];

const ALLOW_OPTION = 0;

/** What people gave its agents leave to do, and what they did not when they were asked. */
export function leaveIn({ questions }: Pick<Session, 'questions'>): {
  readonly grants: readonly PermissionGrant[];
  readonly refusals: readonly PermissionGrant[];
} {
  const answered = questions.filter(({ answer }) => answer !== null);
  const [given, refused] = [true, false].map((isGiven) =>
    answered.flatMap(({ permissions = [], answer }) =>
      (answer?.option === ALLOW_OPTION) === isGiven ? permissions : [],
    ),
  );
  return { grants: given ?? [], refusals: refused ?? [] };
}
