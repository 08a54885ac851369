import { constants } from 'node:os';

import type { RunEnd, RunEndReason, Sandbox } from '../domain/run/run.ts';
import type { ChildExit } from './agent-child.ts';

export type AgentEnd = Omit<RunEnd, 'endedAt'>;

type Ended = {
  readonly exit: ChildExit;
  /** Why we ended it, or null when it ended by itself. */
  readonly ending: { readonly reason: RunEndReason; readonly detail: string } | null;
  readonly sandbox: Sandbox;
  readonly hasAsked: boolean;
  /** The last line it printed, redacted. */
  readonly lastWords: string;
  /** Processes that could not be killed. */
  readonly survivors: number;
};

/** Names the end of an agent. Our own cause outranks the exit code, which it has brought about. */
export function endOfAgent({ exit, ending, sandbox, hasAsked, lastWords, survivors }: Ended): AgentEnd {
  const how = sandbox === 'none' ? exit : unwrapped(exit);
  const left = survivors === 0 ? '' : ` ${survivors} of its processes could not be killed.`;
  const said = lastWords === '' ? '' : ` Its last words: ${lastWords}`;
  const end = (reason: RunEndReason, detail: string): AgentEnd => ({ ...how, reason, detail: detail + left });

  if (ending !== null) return end(ending.reason, ending.detail);
  if (how.exitCode === 0) {
    return hasAsked ? end('asked', 'It asked a question and ended.') : end('finished', 'It finished.');
  }
  if (sandbox !== 'none' && /^(bwrap|unshare|setpriv|reeve-forward): /.test(lastWords)) {
    return end('not-started', `Its sandbox could not be made: ${lastWords}`);
  }
  return end(
    'crashed',
    how.signal === null ? `It ended with exit code ${how.exitCode}.${said}` : `It was killed by ${how.signal}.${said}`,
  );
}

/** A sandbox tells a signal as 128 + its number. */
function unwrapped({ exitCode, signal }: ChildExit): ChildExit {
  if (exitCode === null || exitCode <= 128) return { exitCode, signal };
  const name = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return name === undefined ? { exitCode, signal } : { exitCode: null, signal: name };
}
