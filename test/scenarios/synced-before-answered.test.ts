import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { start } from '../../src/lib/exec.ts';
import { SECRET, startReeve } from '../reeve.ts';
import { createServer } from '../reeve/server.ts';
import { sign as signWith } from '../web.ts';

const DELIVERIES = 6;
const ATTACH_MS_MAX = 20_000;

const sign = (body: string): string => signWith(body, SECRET);

type Call = { readonly name: string; readonly what: string };

/** One line of `strace -f -y -s`: `PID pwrite64(20</home/reeve.db-wal>, …`, or the end of one that was interrupted. */
function callOf(line: string): Call | null {
  const [, name = '', what = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
  return name === '' ? null : { name, what };
}

/** A sync counts when it has returned: at the end of its line, or where its rest is told. SQLite calls either, as it was built. */
function endedSyncs(lines: readonly string[]): readonly boolean[] {
  const open = new Set<string>();
  return lines.map((line) => {
    const thread = line.split(' ')[0] ?? '';
    const isBegin = /(fsync|fdatasync)\(.*reeve\.db-wal>/.test(line);
    if (isBegin && line.includes('<unfinished')) open.add(thread);
    else if (isBegin) return line.trimEnd().endsWith('= 0');
    else if (/<\.\.\. (fsync|fdatasync) resumed>/.test(line) && open.delete(thread))
      return line.trimEnd().endsWith('= 0');
    return false;
  });
}

/**
 * What a power cut would find: each answer that says 202 leaves only when everything that was written to the log of the
 * database before it has been synced.
 */
test('no delivery is answered before its fsync has returned, in the trace of the system calls', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  await reeve.stop();
  // The intake alone, so that every write of the trace is one of a delivery.
  const server = createServer(reeve.environment, ['--role', 'web']);
  onTestFinished(() => server.kill9());
  const url = await server.start();
  const trace = join(reeve.directory, 'trace');
  const calls = 'trace=pwrite64,fsync,fdatasync,write,writev,sendto';
  const args = ['-f', '-y', '-s', '40', '-e', calls, '-o', trace, '-p', String(server.pid())];
  const strace = start('strace', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  onTestFinished(() => void strace.kill('SIGKILL'));
  let said = '';
  strace.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await expect.poll(() => said, { timeout: ATTACH_MS_MAX }).toContain('attached');
  for (let number = 1; number <= DELIVERIES; number += 1) {
    const body = JSON.stringify({ action: 'created', number });
    const headers = {
      'x-github-event': 'star',
      'x-github-delivery': `star-${number}`,
      'x-hub-signature-256': sign(body),
    };
    expect((await fetch(`${url}/api/github/webhooks`, { method: 'POST', body, headers })).status).toBe(202);
  }
  const ended = once(strace, 'close');
  strace.kill('SIGTERM');
  await ended;

  const lines = readFileSync(trace, 'utf8').split('\n');
  const syncs = endedSyncs(lines);
  let [isSynced, hasWritten, answers] = [true, false, 0];
  const early: string[] = [];
  lines.forEach((line, index) => {
    if (syncs[index] === true) isSynced = true;
    const call = callOf(line);
    if (call?.name === 'pwrite64' && call.what.includes('reeve.db-wal>')) [isSynced, hasWritten] = [false, true];
    if (!/HTTP\/1\.1 202/.test(line)) return;
    answers += 1;
    if (!isSynced || !hasWritten) early.push(line);
    hasWritten = false;
  });
  expect(answers).toBe(DELIVERIES);
  expect(early).toEqual([]);
});
