import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { createSideProgram } from './side-program.ts';

const KNOCKS_MAX = 1000; // none may wait for ever, whenever the program falls

test('a program that was brought down is told anew what it has to know, as it is then', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-side-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'program.cjs');
  // It says what it was told, and falls with the first connection.
  writeFileSync(
    path,
    `process.on('message', (message, socket) => { if (socket) process.exit(1); process.send(message); });`,
  );
  const told: unknown[] = [];
  let used = 0;
  const program = createSideProgram({
    argv: [path],
    hello: () => ({ used }),
    onMessage: (message) => told.push(message),
    onError: () => {},
  });
  onTestFinished(() => program.end());
  const server = createServer({ pauseOnConnect: true }, (socket) => program.serve(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const knock = async (): Promise<void> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
    await new Promise<void>((resolve) => socket.on('close', () => resolve()).resume());
  };
  await knock();
  used = 5;
  for (let knocks = 0; told.length < 2 && knocks < KNOCKS_MAX; knocks += 1) await knock(); // some meet the one that falls
  expect(told.slice(0, 2)).toEqual([{ used: 0 }, { used: 5 }]);
});
