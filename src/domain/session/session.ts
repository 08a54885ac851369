import type { Crossing, Reservation } from '../budget/budget.ts';
import type { RunId, SessionId } from '../ids.ts';
import type { PromptNotes } from '../prompt/notes.ts';
import type { Person } from '../people.ts';
import type { ClosureReason } from '../place.ts';
import type { ConversationMark } from '../run/conversation.ts';
import type { PermissionGrant } from '../run/permission.ts';
import type { RunEndReason, Spend } from '../run/run.ts';
import type { Message, MessageFate } from './message.ts';

/**
 * The durable life of one piece of work on one issue. It outlives its runs: each attempt is a new run, and the session
 * decides what the end of a run means. Each state carries only what is true in it.
 */
export type Session = SessionCommon & SessionState;

export type SessionCommon = {
  readonly id: SessionId;
  readonly repositoryId: number;
  readonly issueNumber: number;
  /** The issue's title when the session was opened. Hostile text. */
  readonly title: string;
  /** The session that a person asked to retry, if this one came from that. */
  readonly previousId: SessionId | null;
  /** Who asked for the work. */
  readonly requestedBy: Person;
  /** The agent that people chose for it, by name. */
  readonly wants?: string;
  /** Names the agent's own conversation (a UUID), the same in every run. */
  readonly conversationId: string;
  readonly branch: string;
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** Oldest first; at most the last one is open. */
  readonly questions: readonly Question[];
  readonly pull: Pull | null;
  /** What the agent said of its work at the end of its last finished run. Hostile text. */
  readonly summary: string | null;
  /** What people said to the agent of its last run while that worked, oldest first. */
  readonly messages?: readonly Message[];
  readonly spend: Spend;
  /** Failures in a row that were not the agent's: they are tried again, up to a bound. */
  readonly mishaps: number;
  /** In a final state: its agent is surely gone, and its workspace removed or, when that fails for long, given up. */
  readonly isSettled: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Rises by one with every stored transition. */
  readonly version: number;
};

export type RunRecord = {
  readonly id: RunId;
  readonly startedAt: number;
  /** Who works in it, and in which conversation of its own; of a run from before there was a choice nothing is known. */
  readonly agent?: AgentAtWork;
  /** What it may use; of a run from before there were budgets nothing is known. */
  readonly reserved?: Reservation;
  /** What people should know of how its prompt was made, when there is anything. */
  readonly notes?: PromptNotes;
  readonly end: RunRecordEnd | null;
};

export type RunRecordEnd = {
  /** `withheld`: it was paused before its agent was started. */
  readonly reason: RunEndReason | 'launch-failed' | 'withheld';
  readonly at: number;
  /** What this run alone spent, when it was heard. */
  readonly spend?: Spend;
  /** What the agent itself calls the conversation, and what all of that has used. */
  readonly mark?: ConversationMark;
};

/** `conversationId`: our own name (a UUID) for a conversation of this agent. */
export type AgentAtWork = { readonly name: string; readonly conversationId: string };

export type Question = {
  /** 1 for the first question of the session. */
  readonly number: number;
  /** Hostile text, as are the options. */
  readonly text: string;
  readonly options: readonly string[];
  readonly askedAt: number;
  readonly answer: Answer | null;
  /** It is we who ask, because this limit was crossed; the first option adds to it. */
  readonly budget?: Crossing;
  /** The agent asks for leave to do just this; the first option gives it. Hostile text. */
  readonly permissions?: readonly PermissionGrant[];
  /** When it needed no answer any more, although the work goes on (epoch ms). */
  readonly withdrawnAt?: number;
};

export type Answer = {
  readonly text: string;
  /** Which of the options was meant, counted from 0, when one was. */
  readonly option: number | null;
  readonly by: Person;
  readonly at: number;
  /** The comment that it was written in, whose author may edit it until the agent is started with it. */
  readonly commentId?: number;
};

/** The pull request of a session, as last seen. */
export type Pull = { readonly number: number; readonly headSha: string };

export type SessionState =
  /** `lacks`: what this machine is short of, or that its repository only observes, as a sentence, when that held up its turn. */
  | {
      readonly state: 'queued';
      readonly lacks?: string;
      /** All agents that could do it are left alone until then (epoch ms), when that was why its turn was held up. */
      readonly restsUntil?: number;
    }
  /** `pausedBy`: a person asked for a pause; nothing is launched, or the agent is being stopped, and then it waits. */
  | { readonly state: 'preparing'; readonly runId: RunId; readonly pausedBy?: Person }
  | { readonly state: 'working'; readonly runId: RunId; readonly progress: string | null; readonly pausedBy?: Person }
  | { readonly state: 'waiting'; readonly on: WaitingOn }
  | { readonly state: 'publishing'; readonly runId: RunId; readonly step: PublishStep }
  /** `isUnchanged`: the last run left the pull request as it was. */
  | { readonly state: 'reviewing'; readonly isUnchanged?: true }
  | { readonly state: 'retrying'; readonly retryAt: number; readonly detail: string }
  | { readonly state: 'done'; readonly mergedBy: Person | null }
  | { readonly state: 'failed'; readonly why: FailureReason; readonly detail: string }
  | { readonly state: 'stopped'; readonly why: StopReason; readonly by: Person | null };

export type WaitingOn =
  | { readonly kind: 'question'; readonly number: number }
  /** The finished work needs a person's eyes before it may be pushed; the open question asks for them. */
  | { readonly kind: 'hold'; readonly number: number; readonly runId: RunId; readonly head: string }
  /** A person paused it. `finishedRun`: the work of this run was finished all the same, and is published after the pause. */
  | { readonly kind: 'pause'; readonly by: Person; readonly finishedRun: RunId | null }
  /** A budget is used up; the open question asks for more. `renewsAt`: when it is new again by itself (epoch ms). */
  | { readonly kind: 'budget'; readonly number: number; readonly renewsAt: number | null };

export type PublishStep =
  /** `approvedHead`: the commit, as the run left it, that a person let pass; no other one passes for it. */
  | { readonly kind: 'checking'; readonly approvedHead: string | null }
  /** The checked commit is on its way to GitHub. */
  | { readonly kind: 'pushing'; readonly head: string };

export type FailureReason =
  | Exclude<RunEndReason, 'finished' | 'asked' | 'stopped' | 'over-budget'>
  | 'no-changes' // the agent ended well and left nothing to publish
  | 'refused' // its commits break the rules of the repository
  | 'cannot-publish' // GitHub or the branch did not take them
  | 'cannot-prepare'; // workspace or run directory could not be made, again and again

export type StopReason =
  | 'person'
  | 'forbidden' // somebody set the label that forbids work on the issue
  | 'pull-closed'
  | 'issue-closed'
  | ClosureReason; // where the work stood is closed: gone, or out of our reach

export type StateName = SessionState['state'];

export const finalStates = ['done', 'failed', 'stopped'] as const satisfies readonly StateName[];

/** All the others, in which something may yet happen to it. */
export const openStates: readonly StateName[] = [
  'queued',
  'preparing',
  'working',
  'waiting',
  'publishing',
  'reviewing',
  'retrying',
];

export function isFinal(session: SessionState): boolean {
  return isFinalState(session.state);
}

export function isFinalState(state: StateName): boolean {
  return (finalStates as readonly StateName[]).includes(state);
}

/** The question that waits for an answer, if there is one. */
export function openQuestion(session: Session): Question | null {
  return session.state === 'waiting' ? (session.questions.find(isOpen) ?? null) : null;
}

/** Nobody has answered it, and it was not withdrawn. */
export function isOpen({ answer, withdrawnAt }: Question): boolean {
  return answer === null && withdrawnAt === undefined;
}

/** What can happen to a session. Each event says when it happened (epoch ms). */
export type SessionEvent = { readonly at: number } &
  /** `reserved`: what its run may use. */
  (
    | { readonly kind: 'slot-granted'; readonly reserved?: Reservation; readonly agent?: AgentAtWork }
    /** Too little is left of a budget for its next run. */
    | { readonly kind: 'budget-crossed'; readonly crossing: Crossing }
    | { readonly kind: 'budget-renewed' }
    /** It was its turn, and the machine is short of something. `at` is since when it is queued: it keeps its place. */
    | { readonly kind: 'launch-held'; readonly detail: string }
    /** It was its turn, and nobody who could do it may be asked before `until`. `at` as above. */
    | { readonly kind: 'agents-rest'; readonly until: number }
    /** The prompt of its next run was made, and there is something to tell of that. */
    | { readonly kind: 'prompt-noted'; readonly runId: RunId; readonly notes: PromptNotes }
    | { readonly kind: 'run-launched'; readonly runId: RunId }
    | {
        readonly kind: 'launch-failed';
        readonly runId: RunId;
        readonly detail: string;
        /** Something outside was unwell and is not to be tried before then; null for every other reason. */
        readonly outageUntil: number | null;
      }
    /** It was paused before its agent was started, and nothing of it will be. */
    | { readonly kind: 'run-withheld'; readonly runId: RunId }
    /** A person who may steer said something while the agent works. */
    | { readonly kind: 'message-given'; readonly message: Omit<Message, 'fate'> }
    | {
        readonly kind: 'messages-heard';
        readonly fates: readonly { readonly commentId: number; readonly fate: MessageFate }[];
      }
    | { readonly kind: 'run-progressed'; readonly runId: RunId; readonly text: string }
    | ({ readonly kind: 'run-ended'; readonly runId: RunId } & RunOutcome)
    | { readonly kind: 'answered'; readonly number: number; readonly answer: Answer }
    | { readonly kind: 'changes-judged'; readonly runId: RunId; readonly verdict: ChangesVerdict }
    | { readonly kind: 'published'; readonly pull: Pull }
    | { readonly kind: 'publish-failed'; readonly head: string; readonly detail: string }
    | { readonly kind: 'retry-requested'; readonly by: Person }
    /** Another agent is to do what comes next; null: whichever is preset. */
    | { readonly kind: 'agent-chosen'; readonly name: string | null; readonly by: Person }
    | { readonly kind: 'stop-requested'; readonly by: Person }
    | { readonly kind: 'pause-requested'; readonly by: Person }
    | { readonly kind: 'resume-requested'; readonly by: Person }
    | { readonly kind: 'work-forbidden'; readonly by: Person }
    | { readonly kind: 'retry-due' }
    | { readonly kind: 'pull-merged'; readonly by: Person | null }
    | { readonly kind: 'pull-closed'; readonly by: Person | null }
    | { readonly kind: 'issue-closed'; readonly by: Person | null }
    /** Where its work stands is closed: people hear of this end once it is open again. */
    | { readonly kind: 'place-closed'; readonly why: ClosureReason }
    | { readonly kind: 'settled' }
  );

export type RunOutcome = {
  readonly reason: RunEndReason;
  readonly detail: string;
  readonly question: AskedByAgent | null;
  readonly summary: string | null;
  /** What this run alone spent. */
  readonly spend: Spend;
  readonly mark?: ConversationMark;
  /** Its agent is to be left alone for a while: when it, or another one in its place, can go on (epoch ms). */
  readonly restsUntil?: number;
};

/** `permissions`: what the agent asks for leave to do, when that is the question. */
export type AskedByAgent = Pick<Question, 'text' | 'options' | 'permissions'>;

export type ChangesVerdict =
  | { readonly kind: 'push'; readonly head: string }
  /** `head`: the commit as the run left it. */
  | { readonly kind: 'hold'; readonly head: string; readonly reasons: readonly string[] }
  | { readonly kind: 'refuse'; readonly reasons: readonly string[] }
  | { readonly kind: 'nothing' }
  /** They could not be judged, and looking again would not help. */
  | { readonly kind: 'unknown'; readonly detail: string };
