import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import type { ProcessIdentity } from '../../src/domain/run/run.ts';
import { startReeve, type Reeve } from '../reeve.ts';

const COUNT = 5;
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index + 1);
const SAID = 'Many runs look dead at once.';

const lockOf = (reeve: Reeve, run: string): string => join(reeve.home, 'runs', run, 'host.lock');
const readLock = (path: string): ProcessIdentity => JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
const timesSaid = (reeve: Reeve): number => reeve.log().split(SAID).length - 1;

/** Since when, and after how many looks, each run has been suspected: by what the log says of it. */
const suspected = (reeve: Reeve): number => reeve.log().split('"A run looks odd."').length - 1;

/** As if the machine had been started anew since: the hosts and the agents are of another boot. */
function pretendReboot(reeve: Reeve): void {
  for (const run of reeve.runs()) {
    const { bootId } = readLock(lockOf(reeve, run));
    for (const name of ['host.lock', 'status.json']) {
      const path = join(reeve.home, 'runs', run, name);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(bootId, 'the-boot-before'));
    }
  }
}

test('all run hosts die at once: none is ended, also after a restart; after a reboot each goes on by itself', async () => {
  const issues = NUMBERS.map((number) => ({ title: `Paint wall ${number}` }));
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign', slots: COUNT, issues });
  for (const number of NUMBERS) await reeve.ada.labels(number);
  for (const number of NUMBERS) await reeve.untilAtWork(number);
  const first = reeve.runs();
  expect(first).toHaveLength(COUNT);

  for (const run of first) process.kill(readLock(lockOf(reeve, run)).pid, 'SIGKILL');
  await reeve.until(() => timesSaid(reeve) > 0, 'the server to say that many look dead');
  await reeve.until(() => suspected(reeve) === COUNT, 'each of them to look odd');
  const readiness = async (): Promise<string> =>
    (await fetch(reeve.webhookUrl().replace('/api/github/webhooks', '/readyz'))).text();
  expect(await readiness()).toContain('none of them is ended for now');

  await reeve.restart();
  expect(await readiness()).toContain('none of them is ended for now');
  expect([timesSaid(reeve), suspected(reeve), reeve.runs()]).toEqual([1, COUNT, first]);
  expect(await reeve.verify()).toMatchObject({ sessions: NUMBERS.map(() => ({ state: 'working', runs: 1 })) });

  await reeve.kill9();
  pretendReboot(reeve);
  await reeve.restart();
  await reeve.until(() => reeve.runs().length === 2 * COUNT, 'a second run of each');
  for (const number of NUMBERS) await reeve.untilAtWork(number);
  expect(reeve.card(1)).toContain('was lost with its machine or process');
  expect(timesSaid(reeve)).toBe(1);
  expect(await reeve.verify()).toMatchObject({ sessions: NUMBERS.map(() => ({ state: 'working', runs: 2 })) });

  for (const number of NUMBERS) await reeve.ada.closes(number);
  await reeve.until(() => reeve.workspaces().length === 0, 'the workspaces to go');
}, 240_000); // five agents are started, twice
