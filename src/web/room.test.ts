import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';

import { systemClock } from '../lib/clock.ts';
import { createRoom, type Room } from './room.ts';

const lines: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });

function open(path: string, freeBytesMin: number): Room {
  const room = createRoom({ path, freeBytesMin, now: systemClock, log });
  onTestFinished(() => room.stop());
  room.start();
  return room;
}

test('a disk with less than the floor is full, and says so to operators', async () => {
  const room = open(tmpdir(), 1e18);
  await expect.poll(room.isFull).toBe(true);
  expect(room.problem()).toMatch(
    /^The disk of REEVE_HOME has \d+ MB free, less than REEVE_DISK_FREE_MB \(1000000000000\): deliveries are refused\.$/,
  );
});

test('a disk with more is not', async () => {
  const room = open(tmpdir(), 1);
  await room.stop(); // which waits for the look
  expect([room.isFull(), room.problem()]).toEqual([false, null]);
});

test('a disk that cannot be asked counts as having room, and the log says why', async () => {
  const path = await mkdtemp(join(tmpdir(), 'reeve-room-'));
  await rm(path, { recursive: true });
  const room = open(path, 1e18);
  await room.stop();
  expect(room.isFull()).toBe(false);
  expect(lines.join('')).toContain('ENOENT');
});
