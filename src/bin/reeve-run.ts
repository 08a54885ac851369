#!/usr/bin/env node
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { systemClock } from '../lib/clock.ts';
import { armCrashPoints } from '../lib/crash-point.ts';
import { messageOf } from '../lib/errors.ts';
import { runHost } from '../runhost/main.ts';

const KEY_BYTES = 32; // of the home; whatever follows is the key of the agent's model
const KEYS_BYTES_MAX = 10_000;
const KEY_MS_MAX = 60 * 60_000; // its workspace is made meanwhile; a server that hangs for so long has forgotten it
const exitCodes = { ended: 0, claimed: 0, refused: 2 } as const;

// Started by the server: `reeve-run RUN_DIRECTORY`, with the home's key on stdin, and behind it the key of the agent's model
// if there is one. They may come later; without them there is nothing to do. From then on it goes on without the server.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

const report = (error: unknown): void => {
  process.stderr.write(`${new Date(systemClock()).toISOString()} ${messageOf(error)}\n`);
};

async function readKeys(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const late = setTimeout(() => process.stdin.destroy(new Error('No key came.')), KEY_MS_MAX);
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > KEYS_BYTES_MAX) throw new Error('The keys on stdin are too long.');
    chunks.push(bytes);
  }
  clearTimeout(late);
  return Buffer.concat(chunks);
}

armCrashPoints(process.env['REEVE_CRASH']);
const [runDirectory] = process.argv.slice(2);
if (runDirectory === undefined) {
  process.stderr.write('Usage: reeve-run RUN_DIRECTORY (the server starts it; the key comes on stdin)\n');
  process.exit(2);
}
try {
  const keys = await readKeys();
  if (keys.length === 0) process.exit(0); // the run is not wanted any more, or whoever wanted it is gone
  const outcome = await runHost({
    runDirectory,
    key: keys.subarray(0, KEY_BYTES),
    modelKey: keys.length > KEY_BYTES ? keys.toString('utf8', KEY_BYTES) : null,
    installation: { programsPath: dirname(fileURLToPath(import.meta.url)), operatorHome: homedir() },
    path: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    stopSignal: stop.signal,
    now: systemClock,
    elapsed: () => performance.now(),
    onError: report,
  });
  process.exit(exitCodes[outcome]);
} catch (error) {
  report(error);
  process.exit(1);
}
