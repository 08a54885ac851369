import type { Person } from '../people.ts';

/** What a person said while an agent was about to work, or worked. Hostile text, as it was written. */
export type Message = {
  /** The comment's on GitHub. */
  readonly commentId: number;
  readonly text: string;
  readonly by: Person;
  readonly at: number;
  /** Null until its run host has told. */
  readonly fate: MessageFate | null;
};

/** `unsupported`: the agent hears nobody while it works; what was said stands in the next prompt. */
export type MessageFate = 'read' | 'too-late' | 'unsupported';
