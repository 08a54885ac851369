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
  const worked = workedRuns(earlier);
  const own = worked.filter((run) => (run.agent?.name ?? agent) === agent);
  const last = own.at(-1);
  // Agents of one kind keep their conversations in one place, where a name is used once.
  const isTaken = worked.some((run) => run.agent?.conversationId === first);
  if (!last) return { conversationId: isTaken ? null : first, isResume: false, mark: null };
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
const REFUSE_OPTION = 1;

/** What people gave its agents leave to do, and what they plainly refused. What they said in words is for the agent, and is neither. */
export function leaveIn({ questions }: Pick<Session, 'questions'>): {
  readonly grants: readonly PermissionGrant[];
  readonly refusals: readonly PermissionGrant[];
} {
  const answeredBy = (option: number) =>
    questions.flatMap(({ permissions = [], answer }) => (answer?.option === option ? permissions : []));
  return { grants: answeredBy(ALLOW_OPTION), refusals: answeredBy(REFUSE_OPTION) };
}
