import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import type { Readable, Writable } from 'node:stream';

import { readLines } from '../read-lines.ts';
import { fieldsOf, type Fields } from './untrusted.ts';

const LINE_BYTES_MAX = 16_000_000; // a change of a very large file, told with what was there before
const REQUESTS_MAX = 5000; // each gets an answer that waits in memory until the agent reads it
const UNREADABLE_MAX = 20; // more would only repeat it

/** Says what came through the gate and did not go to the connection. */
export type GateWatch = {
  /** The fields of each `session/update`, in its place among all that came. */
  onUpdate(params: Fields): void;
  onUnreadable(detail: string): void;
  /** It asks without end; nothing more is heard of it. */
  onFlood(): void;
};

/**
 * The messages of an agent as the SDK's connection expects them: only what is one, only answers to what was asked, within
 * bounds. The connection would end at a line that is too long, write strange ones to our own log, and hear the updates of a
 * turn after its end. Its output is read to the end even when nobody listens any more, so that it never waits for us.
 */
export function openGate(input: Writable, output: Readable, watch: GateWatch): Stream {
  const asked = new Set<unknown>();
  let requests = 0;
  let unreadable = 0;
  let isClosed = false;

  const complain = (detail: string): void => {
    unreadable += 1;
    if (unreadable <= UNREADABLE_MAX) watch.onUnreadable(detail);
  };

  const pass = (line: string, to: ReadableStreamDefaultController<AnyMessage>): void => {
    if (isClosed || line.trim() === '') return;
    const message = parsed(line);
    if (message === null) return complain('It wrote a line that is no message.');
    if (typeof message['method'] === 'string') {
      if (!('id' in message)) {
        if (message['method'] === 'session/update') watch.onUpdate(fieldsOf(message['params']));
        else if (message['method'] === '$/cancel_request') to.enqueue(message as AnyMessage);
        return;
      }
      if (!isId(message['id'])) return complain('It asked under a name that is none.');
      requests += 1;
      if (requests > REQUESTS_MAX) {
        isClosed = true;
        return watch.onFlood();
      }
      return to.enqueue(message as AnyMessage);
    }
    if (!asked.delete(message['id'])) return complain('It answered what it was not asked.');
    to.enqueue(message as AnyMessage);
  };

  const readable = new ReadableStream<AnyMessage>({
    start(controller) {
      void readLines(output, {
        bytesMax: LINE_BYTES_MAX,
        onLine: (line) => pass(line, controller),
        onTooLong: (_, head) => {
          complain(`It wrote a line of more than ${LINE_BYTES_MAX} bytes, which was not read.`);
          const id = idIn(head);
          if (isClosed || id === null) return;
          // Neither side is to wait for what was in it.
          if (asked.delete(id)) controller.enqueue({ jsonrpc: '2.0', id, error: tooLong });
          else if (head.includes('"method"'))
            input.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: tooLong })}\n`);
        },
      }).then(() => {
        if (!isClosed) controller.close();
        isClosed = true;
      });
    },
    cancel() {
      isClosed = true;
    },
  });

  input.on('error', () => {}); // it has gone; the end of its output says so
  const writable = new WritableStream<AnyMessage>({
    write(message) {
      if ('method' in message && 'id' in message) asked.add(message.id);
      return new Promise((resolve, reject) => {
        input.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      });
    },
  });
  return { readable, writable };
}

function parsed(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    const fields = fieldsOf(value);
    return fields['jsonrpc'] === '2.0' ? fields : null;
  } catch {
    return null;
  }
}

const tooLong = { code: -32600, message: 'The line was too long to be read.' };

/** Of a line that begins as all programs write it. */
function idIn(head: string): string | number | null {
  const told = /^\s*\{(?:"jsonrpc":"2\.0",)?"id":("[^"\\]{1,200}"|\d{1,15})[,}]/.exec(head)?.[1];
  return told === undefined ? null : (JSON.parse(told) as string | number);
}

function isId(id: unknown): boolean {
  return typeof id === 'string' || typeof id === 'number';
}
