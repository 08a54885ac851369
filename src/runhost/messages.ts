import { statSync } from 'node:fs';

import type { MessageOutcome } from '../domain/run/message.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { readMessages } from '../runs/run-directory/messages.ts';

/** Says something to the agent; true once it has taken that up. */
export type Tell = (text: string) => Promise<boolean>;

/** Carries what people say to the agent of one run. */
export type Messenger = {
  /** Tells the agent what is new. `tell` is null where it cannot be told anything, or not any more. */
  look(tell: Tell | null): Promise<void>;
  /** The agent has ended: whatever it has not taken up is too late. */
  end(): Promise<void>;
};

type Options = {
  readonly directory: RunDirectory;
  /** Whether this agent can be told anything at all. */
  readonly isSupported: boolean;
  readonly onOutcome: (id: string, outcome: MessageOutcome) => void;
};

export function createMessenger({ directory, isSupported, onOutcome }: Options): Messenger {
  const told = new Set<string>();
  const settled = new Set<string>();
  let sizeSeen = 0;
  let failure: { readonly error: unknown } | null = null;

  const settle = (id: string, outcome: MessageOutcome): void => {
    if (settled.has(id)) return;
    settled.add(id);
    onOutcome(id, outcome);
  };
  const look = async (tell: Tell | null): Promise<void> => {
    if (failure !== null) throw failure.error;
    const size = sizeOf(directory.messages);
    if (size === sizeSeen) return;
    sizeSeen = size;
    for (const { id, text } of await readMessages(directory)) {
      if (told.has(id)) continue;
      told.add(id);
      if (!isSupported) settle(id, 'unsupported');
      else if (tell === null) settle(id, 'too-late');
      else
        void tell(text)
          .then((isRead) => settle(id, isRead ? 'read' : 'too-late'))
          .catch((error: unknown) => {
            failure ??= { error }; // nobody waits for this; the next look ends the run
          });
    }
  };
  return {
    look,
    async end() {
      await look(null);
      for (const id of told) settle(id, 'too-late');
    },
  };
}

/** A look costs some microseconds, and most runs are never told anything. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
