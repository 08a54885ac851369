import type { Peer } from './peer.ts';

/** What may wait to be taken up at a time: people write a few words during a run. */
const MESSAGES_MAX = 200;
/** A turn that condenses its conversation takes no words meanwhile; it is asked again as it goes on. */
const TRIES_MAX = 50;

type Message = {
  readonly id: string;
  readonly text: string;
  tries: number;
  isSent: boolean;
  settle(isTaken: boolean): void;
};

export type MessagesToTurn = {
  /** True once it has appeared among the words of the turn. */
  say(text: string): Promise<boolean>;
  /** From now on this turn takes what is said. */
  open(threadId: string, turnId: string): void;
  /** The turn is at a place where what it would not take before may be offered again. */
  offerAgain(): void;
  /** A message of a person has appeared in the turn. */
  taken(clientId: string): void;
  close(): void;
};

/** Brings words into the turn that runs, by `turn/steer`. */
export function createMessagesToTurn(peer: Peer): MessagesToTurn {
  const open = new Map<string, Message>();
  let turn: { readonly threadId: string; readonly turnId: string } | null = null;
  let said = 0;
  let isClosed = false;
  const settle = (message: Message, isTaken: boolean): void => {
    open.delete(message.id);
    message.settle(isTaken);
  };
  const offer = (): void => {
    if (turn === null) return;
    const { threadId, turnId: expectedTurnId } = turn;
    for (const message of open.values()) {
      if (message.isSent) continue;
      message.isSent = true;
      message.tries += 1;
      const input = [{ type: 'text', text: message.text, text_elements: [] }];
      peer.ask('turn/steer', { threadId, expectedTurnId, clientUserMessageId: message.id, input }, (answer) => {
        if (answer.kind === 'result') return;
        message.isSent = false;
        if (message.tries >= TRIES_MAX) settle(message, false);
      });
    }
  };
  return {
    say(text) {
      if (isClosed || open.size >= MESSAGES_MAX) return Promise.resolve(false);
      said += 1;
      const id = `reeve-${said}`;
      return new Promise((resolve) => {
        open.set(id, { id, text, tries: 0, isSent: false, settle: resolve });
        offer();
      });
    },
    open(threadId, turnId) {
      turn = { threadId, turnId };
      offer();
    },
    offerAgain: offer,
    taken(clientId) {
      const message = open.get(clientId);
      if (message?.isSent) settle(message, true);
    },
    close() {
      isClosed = true;
      for (const message of open.values()) settle(message, false);
    },
  };
}
