import type { AgentEvent, ConversationEnd } from '../../src/domain/run/conversation.ts';
import type { Limitation } from '../../src/domain/run/known-agents.ts';
import type { Capability } from './capabilities.ts';
import type { Move, Script } from './scripted-model.ts';
import type { Stage } from './stage.ts';

/** One thing that every agent must do. It throws when it does not. */
export type Case = {
  /** One sentence. */
  readonly title: string;
  /** The column of the table that it is told in. */
  readonly capability: Capability;
  /** An agent that has said that it cannot do this plays `without` instead. */
  readonly needs?: Limitation;
  readonly without?: (stage: Stage) => Promise<void>;
  play(stage: Stage): Promise<void>;
};

export const done: Move = { kind: 'say', text: 'Done.' };
export const run = (command: string): Move => ({ kind: 'run', command });
/** One move after the other, then the last one again and again. */
export const inTurn =
  (...moves: readonly [Move, ...Move[]]): Script =>
  (turn) =>
    moves[turn] ?? moves.at(-1)!;

export const isToolUse = (event: AgentEvent): boolean => event.kind === 'tool-use';

/** Anything but a success: what it was asked for is not done. */
export function isFailure({ kind }: ConversationEnd): boolean {
  return kind !== 'success';
}

export function textsOf(events: readonly AgentEvent[]): string {
  return events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('\n');
}

/** Plays a case as far as the agent says that it can. */
export async function playCase(one: Case, stage: Stage): Promise<void> {
  const cannot = one.needs === undefined ? undefined : stage.subject.cannot[one.needs];
  if (cannot === undefined) await one.play(stage);
  else await one.without?.(stage);
}
