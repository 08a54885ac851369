import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { startReeve, type Reeve } from '../reeve.ts';
import { createServer } from '../reeve/server.ts';
import { processesOf } from '../reeve/processes.ts';

const STOP_MS_MAX = 20_000; // what is promised, on a busy machine; far below the time that a fetch or a lease may take

/** A directory with a git that never comes to the end of a fetch while the file `slow` is there. */
function slowGit() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-slow-git-')));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = process.env['PATH'] ?? '';
  const slow = join(directory, 'slow');
  writeFileSync(slow, '');
  const script = `#!/bin/sh
PATH='${path}'
case " $* " in *' fetch '*) while [ -e '${slow}' ]; do echo > '${directory}/fetching'; sleep 0.1; done ;; esac
exec git "$@"
`;
  writeFileSync(join(directory, 'git'), script);
  chmodSync(join(directory, 'git'), 0o755);
  return { directory, path: `${directory}:${path}`, isFetching: () => existsSync(join(directory, 'fetching')), slow };
}

test('a server that is stopped during a long fetch takes deliveries until it ends soon, starts no run, leaves no git behind, and takes the work up again', async () => {
  const git = slowGit();
  const reeve = await startReeve({ agent: 'agent-that-succeeds', settings: { PATH: git.path } });
  await reeve.ada.labels(1);
  await reeve.until(git.isFetching, 'the fetch');

  const askedAt = Date.now();
  const stopped = reeve.stop();
  await reeve.until(() => reeve.log().includes('Agents that are at work go on'), 'the stop to begin');
  expect(await reeve.deliver('star', {}, 'while-it-stops')).toBe(202);
  const readyz = await fetch(new URL('/readyz', reeve.webhookUrl()));
  expect([readyz.status, await readyz.text()]).toEqual([503, expect.stringContaining('The server stops')]);
  expect(await stopped).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(STOP_MS_MAX);
  expect(processesOf(join(git.directory, 'git'))).toEqual([]);
  expect(reeve.log()).toContain('A slow job is broken off');
  expect(reeve.runs()).toEqual([]);

  await expectStopWhileItWaits(reeve);

  rmSync(git.slow);
  await reeve.restart();
  await reeve.untilLabel(1, 'reeve:review');
  expect((await reeve.verify()).sessions).toMatchObject([{ runs: 1 }]);
});

/** Another machine has the lease for up to a minute: whoever waits for that is stopped at once all the same. */
async function expectStopWhileItWaits({ home, environment, until }: Reeve): Promise<void> {
  const other = openSqliteStore({ path: join(home, 'reeve.db'), machine: 'another one' });
  try {
    const waiting = createServer(environment);
    const started = waiting.start().catch((error: unknown) => String(error));
    await until(() => waiting.log().includes('waits for its lease to end'), 'the server to wait for the lease');
    expect(await waiting.stop()).toBe(0);
    expect(await started).toContain('ended with 0');
  } finally {
    await other.close();
  }
}
