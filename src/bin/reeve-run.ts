#!/usr/bin/env node
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { systemClock } from '../lib/clock.ts';
import { armCrashPoints } from '../lib/crash-point.ts';
import { messageOf } from '../lib/errors.ts';
import { runHost } from '../runhost/main.ts';

const KEY_BYTES_MAX = 1024;
const exitCodes = { ended: 0, claimed: 0, refused: 2 } as const;

// Started by the server: `reeve-run RUN_DIRECTORY`, with the home's key on stdin. It goes on without the server.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

const report = (error: unknown): void => {
  process.stderr.write(`${new Date(systemClock()).toISOString()} ${messageOf(error)}\n`);
};

async function readKey(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > KEY_BYTES_MAX) throw new Error('The key on stdin is too long.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

armCrashPoints(process.env['REEVE_CRASH']);
const [runDirectory] = process.argv.slice(2);
if (runDirectory === undefined) {
  process.stderr.write('Usage: reeve-run RUN_DIRECTORY (the server starts it; the key comes on stdin)\n');
  process.exit(2);
}
try {
  const outcome = await runHost({
    runDirectory,
    key: await readKey(),
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
