import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

// The program of the thread that watches the main thread: see watchdog.ts.
const { beats, beatMs, beatsMax } = workerData as {
  readonly beats: Int32Array<SharedArrayBuffer>;
  readonly beatMs: number;
  readonly beatsMax: number;
};
let inHand: unknown = [];
let seen = Atomics.load(beats, 0);
let missed = 0;

parentPort?.on('message', (names: unknown) => {
  inHand = names;
});
setInterval(() => {
  const beat = Atomics.load(beats, 0);
  missed = beat === seen ? missed + 1 : 0;
  seen = beat;
  if (missed < beatsMax) return;
  const msg = `The main thread has not turned for ${beatsMax} seconds: this process ends itself, and is to be started again.`;
  // The log belongs to the thread that hangs.
  writeSync(2, `${JSON.stringify({ level: 60, time: new Date().toISOString(), inHand, msg })}\n`);
  process.kill(process.pid, 'SIGKILL');
}, beatMs);
