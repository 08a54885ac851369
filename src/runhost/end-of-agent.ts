import { constants } from 'node:os';

import type { ConversationEnd } from '../domain/run/conversation.ts';
import type { RunEnd, RunEndReason, Sandbox } from '../domain/run/run.ts';
import type { ChildExit } from './agent-child.ts';

export type AgentEnd = Omit<RunEnd, 'endedAt'>;

/** Why a run ends, in a sentence. */
export type Cause = Pick<RunEnd, 'reason' | 'detail' | 'retryAt'>;

type Ended = {
  readonly exit: ChildExit;
  /** Why we ended it, or null when it ended by itself. */
  readonly ending: Cause | null;
  /** How its conversation ended; null of an agent that has none. */
  readonly conversation: ConversationEnd | null;
  readonly sandbox: Sandbox;
  readonly hasAsked: boolean;
  /** The last line it printed, redacted. */
  readonly lastWords: string;
  /** Processes that could not be killed. */
  readonly survivors: number;
};

/**
 * Names the end of an agent. Our own cause outranks all else, which it has brought about. Then counts what the conversation
 * came to, and only where there was none, or it broke off, the exit code: programs end with 0 after any kind of failure.
 */
export function endOfAgent({ exit, ending, conversation, sandbox, hasAsked, lastWords, survivors }: Ended): AgentEnd {
  const how = sandbox === 'none' ? exit : unwrapped(exit);
  const left = survivors === 0 ? '' : ` ${survivors} of its processes could not be killed.`;
  const said = lastWords === '' ? '' : ` Its last words: ${lastWords}`;
  const because = ({ reason, detail, retryAt }: Cause): AgentEnd => ({
    ...{ ...how, reason, detail: detail + left },
    ...(retryAt === undefined ? {} : { retryAt }),
  });
  const end = (reason: RunEndReason, detail: string): AgentEnd => because({ reason, detail });

  const cause = ending ?? (conversation === null ? null : causeOf(conversation, hasAsked));
  if (cause !== null) return because(cause);
  const broken = conversation?.kind === 'crashed' ? ` ${conversation.detail}` : '';
  if (how.exitCode === 0 && hasAsked) return end('asked', 'It asked a question and ended.');
  if (how.exitCode === 0 && conversation === null) return end('finished', 'It finished.');
  if (sandbox !== 'none' && /^(bwrap|unshare|setpriv|reeve-forward): /.test(lastWords)) {
    return end('not-started', `Its sandbox could not be made: ${lastWords}`);
  }
  const exited = how.signal === null ? `It ended with exit code ${how.exitCode}.` : `It was killed by ${how.signal}.`;
  return end('crashed', `${exited}${broken}${said}`);
}

/** What the end of a conversation means for its run; null when it broke off and the exit of its program says more. */
export function causeOf(end: ConversationEnd, hasAsked: boolean): Cause | null {
  switch (end.kind) {
    case 'success':
      return hasAsked
        ? { reason: 'asked', detail: 'It asked a question and ended.' }
        : { reason: 'finished', detail: 'It finished.' };
    case 'needs-input':
      return { reason: 'asked', detail: 'It needs an answer to go on.' };
    case 'refused':
      return { reason: 'declined', detail: end.detail };
    case 'rate-limited':
      return { reason: 'rate-limited', detail: end.detail, ...(end.until === null ? {} : { retryAt: end.until }) };
    case 'out-of-credit':
    case 'not-authenticated':
    case 'context-full':
    case 'model-failed':
      return { reason: end.kind, detail: end.detail };
    case 'interrupted': // by nobody whom we know
      return { reason: 'crashed', detail: 'Its conversation was interrupted.' };
    case 'crashed':
      return null;
  }
}

/** A sandbox tells a signal as 128 + its number. */
function unwrapped({ exitCode, signal }: ChildExit): ChildExit {
  if (exitCode === null || exitCode <= 128) return { exitCode, signal };
  const name = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return name === undefined ? { exitCode, signal } : { exitCode: null, signal: name };
}
