import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';

import { createRequest, idOf } from './payload.ts';

export type Load = {
  /** Of answers 2xx, each from the sending to the first byte of the answer. */
  readonly latenciesMs: readonly number[];
  readonly perSecond: number;
  /** Answers other than 2xx. */
  readonly refused: number;
  /** What was answered with 2xx, also while warming up. */
  readonly acceptedIds: readonly string[];
};

type LoadOptions = {
  readonly url: string;
  readonly body: Buffer;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
};

const MS_A_SECOND = 1000;
const STATUS_AT = 9; // "HTTP/1.1 202"

/**
 * Sends deliveries on kept connections, on each the next one as soon as the last is answered, all with ids of their own.
 * Light on purpose, as it shares the machine with what it measures: the same bytes again, no parsing but the status.
 */
export function load({ url, body, connections, warmUpMs, measureMs }: LoadOptions): Promise<Load> {
  const { hostname, port } = new URL(url);
  const idPrefix = randomUUID().slice(0, -12); // the digits after it make it a GUID's form
  const latenciesMs: number[] = [];
  const accepted: number[] = [];
  const from = performance.now() + warmUpMs;
  const until = from + measureMs;
  let [sent, refused, open] = [0, 0, connections];
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      const perSecond = latenciesMs.length / (measureMs / MS_A_SECOND);
      resolve({ latenciesMs, perSecond, refused, acceptedIds: accepted.map((id) => idOf(idPrefix, id)) });
    };
    const run = (): void => {
      const request = createRequest(body, idPrefix);
      let [id, sentAt] = [0, 0];
      const socket = connect(Number(port), hostname);
      const next = (): void => {
        sentAt = performance.now();
        if (sentAt >= until) return void socket.end();
        sent += 1;
        id = sent;
        socket.write(request.number(id));
      };
      socket.setNoDelay(true);
      socket.once('connect', next);
      socket.on('data', (bytes) => {
        // Each answer here is so short that it comes in one piece.
        const now = performance.now();
        if (bytes[STATUS_AT] === '2'.charCodeAt(0)) {
          accepted.push(id);
          if (sentAt >= from && now < until) latenciesMs.push(now - sentAt);
        } else refused += 1;
        next();
      });
      socket.once('error', reject);
      socket.once('close', () => {
        open -= 1;
        if (open === 0) finish();
      });
    };
    for (let count = 0; count < connections; count += 1) run();
  });
}
