import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startReeve, type Reeve } from '../reeve.ts';
import { slowGit } from '../reeve/slow-git.ts';

const PATIENCE_MS = 10_000; // as long as GitHub waits for an answer
const TRIES_MAX = 5; // at a moment in which the server writes nothing, which is nearly always
const LOOK_MS = 50;
const CLOCK_AHEAD_MS = 120_000; // so that the lease of a server that renewed it just now has run out

/** The last address that the server has said. */
const urlOf = (reeve: Reeve): string | undefined =>
  reeve
    .log()
    .match(/(?<="url":")http:[^"]+/g)
    ?.at(-1);

/** What the App has asked GitHub to change, but by git. */
const writesOf = (reeve: Reeve): readonly string[] =>
  reeve.emulator
    .requests()
    .filter(({ actor, method }) => /^app:|\[bot\]$/.test(actor) && method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`)
    .filter((request) => !request.includes('git-receive-pack') && !request.includes('git-upload-pack'));

/** Git itself waits, in its hook, with a branch that is not moved yet. */
function holdPush(reeve: Reeve) {
  const [arrived, sign] = [join(reeve.directory, 'a-push-arrived'), join(reeve.directory, 'let-pushes-go')];
  const wait = `for look in $(seq 400); do [ -e '${sign}' ] && exit 0; sleep 0.05; done; exit 1`;
  writeFileSync(join(reeve.emulator.root, '.hooks', 'pre-receive'), `#!/bin/sh\n: > '${arrived}'\n${wait}\n`, {
    mode: 0o755,
  });
  return {
    arrived: () => reeve.until(() => existsSync(arrived), 'the push to arrive'),
    letGo: () => writeFileSync(sign, ''),
  };
}

/** Stops the server at a moment in which it does not write, and opens its store as the machine that takes its place. */
async function sleepAndTakeOver(reeve: Reeve, server: number): Promise<Store> {
  const now = () => Date.now() + CLOCK_AHEAD_MS;
  for (let tries = 1; ; tries += 1) {
    process.kill(server, 'SIGSTOP');
    try {
      const store = openSqliteStore({ path: join(reeve.home, 'reeve.db'), now, machine: 'another one' });
      onTestFinished(() => store.close());
      return store;
    } catch (error) {
      process.kill(server, 'SIGCONT');
      if (tries === TRIES_MAX || !/database is locked/.test(String(error))) throw error;
      await delay(LOOK_MS);
    }
  }
}

test('a server that slept while another machine took its place writes nothing, sends nothing, launches nothing, and starts anew', async () => {
  const git = slowGit();
  const reeve = await startReeve({ agent: 'agent-that-succeeds', settings: { PATH: git.path } });
  const push = holdPush(reeve);
  await reeve.ada.labels(1);
  await push.arrived();
  git.holdFetches();
  await reeve.ada.pushes('main', { 'NEWS.md': 'Something new\n' }, 'Tell the news'); // else there is nothing to fetch
  await reeve.ada.labels(2);
  await reeve.until(git.isFetching, 'the workspace for the second issue to be made');
  const server = reeve.server.pid()!;
  onTestFinished(() => void (reeve.server.isRunning() && process.kill(server, 'SIGCONT')));
  const other = await sleepAndTakeOver(reeve, server); // in the middle of publishing, and before a launch
  const kept = async (): Promise<unknown> => ({
    counts: [await other.deliveries.count(), await other.outbox.count()],
    sessions: await other.sessions.latest(9),
    lease: await other.lease.held(),
  });
  const [before, sent] = [await kept(), writesOf(reeve)];
  const runs = reeve.runs();
  push.letGo(); // git is not asleep
  git.letFetchesGo();
  await reeve.until(() => reeve.git('branch', '--list', 'reeve/*') !== '', 'the branch');
  const delivered = Promise.race([
    reeve.deliver('moon_phase', { action: 'full' }, 'while-asleep').catch(() => 'refused'),
    delay(PATIENCE_MS).then(() => 'given up'),
  ]);

  process.kill(server, 'SIGCONT');
  await reeve.until(() => reeve.log().includes('Reeve lost its lease on the home'), 'the server to say so');
  await reeve.until(() => reeve.log().includes('waits for its lease to end'), 'the server to start anew');
  expect([503, 'refused', 'given up']).toContain(await delivered);
  expect(await reeve.pulls()).toEqual([]);
  expect(writesOf(reeve)).toEqual(sent);
  expect(await kept()).toEqual(before);
  expect([runs.length, reeve.runs()]).toEqual([1, runs]);

  await other.close();
  const url = urlOf(reeve);
  await reeve.until(() => urlOf(reeve) !== url, 'the server to be up again');
  reeve.emulator.control.setWebhookUrl(`${urlOf(reeve)}/api/github/webhooks`);
  await reeve.untilLabel(1, 'reeve:review');
  await reeve.untilLabel(2, 'reeve:review');
  expect([(await reeve.pulls()).length, reeve.runs().length]).toEqual([2, 2]);
  expect(reeve.server.pid()).toBe(server);
}, 150_000); // a lease that nobody gives back is waited for up to a minute, twice
