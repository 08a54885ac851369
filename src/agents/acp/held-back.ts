import type { AgentEvent } from '../../domain/run/conversation.ts';

const HELD_MAX = 50; // more than an agent can do wrong before it has a conversation

/** Events wait until there is a conversation to tell them of, which comes first. */
export type HeldBack = {
  tell(event: AgentEvent): void;
  open(first: AgentEvent): void;
  /** There will be none. */
  release(): void;
};

export function holdBack(onEvent: (event: AgentEvent) => void): HeldBack {
  let held: AgentEvent[] | null = [];
  const release = (): void => {
    const events = held ?? [];
    held = null;
    events.forEach(onEvent);
  };
  return {
    tell(event) {
      if (held === null) onEvent(event);
      else if (held.length < HELD_MAX) held.push(event);
    },
    open(first) {
      onEvent(first);
      release();
    },
    release,
  };
}
