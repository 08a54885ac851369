import type { Writable } from 'node:stream';

import { message, type RequestId } from './protocol.ts';

/** What may wait to be read by an agent that does not read: more than any prompt, far less than memory. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;
/** JSON-RPC: there is no such method. */
const METHOD_NOT_FOUND = -32601;

export type Answer =
  { readonly kind: 'result'; readonly result: unknown } | { readonly kind: 'error'; readonly message: string };

type Listener = {
  onNotice(method: string, params: unknown): void;
  onRequest(id: RequestId, method: string, params: unknown): void;
  onGarbage(): void;
  /** It can no longer be spoken to. */
  onDeaf(why: string): void;
};

export type Peer = {
  /** `onAnswer` is called while the answer is read, before the lines after it; never when none comes. */
  ask(method: string, params: object, onAnswer: (answer: Answer) => void): void;
  notify(method: string): void;
  answer(id: RequestId, result: unknown): void;
  /** Says that we do not serve this, so that it does not wait. */
  refuse(id: RequestId, why: string): void;
  receive(line: string): void;
  /** Nothing is said and nobody is called any more. */
  close(): void;
};

/** One side of a JSON-RPC connection as Codex speaks it: one object a line, without the version. */
export function createPeer(input: Writable, listener: Listener): Peer {
  const waiting = new Map<RequestId, (answer: Answer) => void>();
  let lastId = 0;
  let isClosed = false;
  input.on('error', (error) => {
    if (!isClosed) listener.onDeaf(error.message);
  });
  const send = (what: object): void => {
    if (isClosed || !input.writable) return;
    input.write(`${JSON.stringify(what)}\n`);
    if (input.writableLength > UNREAD_BYTES_MAX) listener.onDeaf('it does not read what it is told');
  };
  return {
    ask(method, params, onAnswer) {
      lastId += 1;
      waiting.set(lastId, onAnswer);
      send({ id: lastId, method, params });
    },
    notify: (method) => send({ method }),
    answer: (id, result) => send({ id, result }),
    refuse: (id, why) => send({ id, error: { code: METHOD_NOT_FOUND, message: why } }),
    receive(line) {
      if (isClosed || line.trim() === '') return;
      const read = message.safeParse(parseJson(line)).data;
      if (read === undefined) {
        listener.onGarbage();
      } else if (read.method !== undefined) {
        if (read.id === undefined) listener.onNotice(read.method, read.params);
        else listener.onRequest(read.id, read.method, read.params);
      } else if (read.id !== undefined) {
        const onAnswer = waiting.get(read.id);
        waiting.delete(read.id);
        onAnswer?.(
          read.error ? { kind: 'error', message: read.error.message } : { kind: 'result', result: read.result },
        );
      }
    },
    close() {
      isClosed = true;
      waiting.clear();
    },
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
