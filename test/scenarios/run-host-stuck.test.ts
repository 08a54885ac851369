import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';

import { HEARTBEAT_MS_MAX, judgeRun } from '../../src/domain/run/judge.ts';
import type { ProcessIdentity } from '../../src/domain/run/run.ts';
import { livenessOf, processesWithVariable, signalProcess } from '../../src/lib/process-table.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { fixture, openHome, until } from '../run-host.ts';

const GRACES_MS = 60_000; // more than the agent's grace and that of its host

/** A run at work, its host, and its agent's processes. */
async function atWork() {
  const { home, launch, request, judge, directory } = await openHome();
  const id = await launch(request([fixture('that-hangs')]));
  const files = directory(id);
  const agents = () => processesWithVariable('REEVE_OUTPUT', files.output);
  await until(async () => (await judge(id)).verdict === 'alive' && (await agents()).length > 0);
  const host = JSON.parse(readFileSync(files.lock, 'utf8')) as ProcessIdentity;
  onTestFinished(async () => void (await signalProcess(host, 'SIGKILL')));
  const look = async (afterMs: number) => judgeRun(await observeRun(home, id), Date.now() + afterMs);
  const stop = (afterMs: number) => stopRun(home, id, Date.now() + afterMs);
  return { host, agents, files, look, stop };
}

test('a host that stands still is lost in the end, and is stopped with everything of its agent', async () => {
  const { host, agents, look, stop } = await atWork();
  await signalProcess(host, 'SIGSTOP');
  expect(await look(HEARTBEAT_MS_MAX / 2)).toMatchObject({ verdict: 'alive' });
  expect(await look(HEARTBEAT_MS_MAX)).toMatchObject({
    verdict: 'lost',
    evidence: expect.stringMatching(`^Its run host \\(pid ${host.pid}\\) gave no sign of life for 30\\d s\\.$`),
  });
  expect(await stop(0)).toBe('stopping');
  expect(await livenessOf(host)).toBe('alive');
  expect(await stop(GRACES_MS)).toBe('ended');
  expect({ host: await livenessOf(host), agents: await agents() }).toEqual({ host: 'dead', agents: [] });
});

test('a lock that cannot be read hides nobody: the status names the host', async () => {
  const { host, agents, files, look, stop } = await atWork();
  await signalProcess(host, 'SIGSTOP');
  writeFileSync(files.lock, '{"pid":1}');
  expect(await look(0)).toMatchObject({ verdict: 'alive' });
  expect(await stop(0)).toBe('stopping');
  expect(await stop(GRACES_MS)).toBe('ended');
  expect({ host: await livenessOf(host), agents: await agents() }).toEqual({ host: 'dead', agents: [] });
});

test('without a lock or a status that can be read the agent is found by its mark, and nothing else is killed', async () => {
  const { host, agents, files, look, stop } = await atWork();
  await signalProcess(host, 'SIGSTOP');
  writeFileSync(files.lock, `{"pid":${process.pid}}`);
  writeFileSync(files.status, '{');
  expect(await look(GRACES_MS + HEARTBEAT_MS_MAX)).toMatchObject({ verdict: 'lost' });
  expect(await stop(0)).toBe('stopping');
  expect((await agents()).length).toBeGreaterThan(0);
  expect(await stop(GRACES_MS)).toBe('ended');
  expect({ host: await livenessOf(host), agents: await agents() }).toEqual({ host: 'alive', agents: [] });
});
