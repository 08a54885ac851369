import { closeSync, constants, openSync, writeSync } from 'node:fs';

import type { Clock } from '../lib/clock.ts';
import type { ModelRequest } from './model-proxy.ts';

const LOG_BYTES_MAX = 2_000_000; // some ten thousand requests

/** What was asked of a run's model through us: a line for each request, and what all of them used. */
export type ModelLog = {
  readonly take: (asked: ModelRequest) => void;
  /** Null while nothing was asked. */
  readonly usage: () => { readonly costMicroUsd: number | null; readonly tokens: number } | null;
  close(): void;
};

type Surroundings = { readonly now: Clock; readonly onError: (error: unknown) => void };

/** Opens `model.jsonl` with the first request. What would exceed its cap is left out, and so is the rest when the disk is full. */
export function openModelLog(path: string, { now, onError }: Surroundings): ModelLog {
  let file: number | null = null;
  let written = 0;
  let last: ModelRequest | null = null;
  return {
    take(asked) {
      last = asked;
      const line = Buffer.from(`${JSON.stringify({ at: now(), ...asked })}\n`);
      if (written + line.length > LOG_BYTES_MAX) return;
      const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
      try {
        file ??= openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
        writeSync(file, line);
        written += line.length;
      } catch (error) {
        written = LOG_BYTES_MAX; // nobody could catch it: this is called as a message comes
        onError(error);
      }
    },
    usage: () => last && { costMicroUsd: last.costMicroUsd, tokens: last.tokens },
    close() {
      if (file !== null) closeSync(file);
      file = null;
      written = LOG_BYTES_MAX; // what is told from now on came too late
    },
  };
}
