import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

import { sandboxAlone } from '../../src/domain/run/permission.ts';
import { runIdOf } from '../../src/domain/ids.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { leaveMessage } from '../../src/runs/run-directory/messages.ts';
import { createDetachedRuntime } from '../../src/runs/runtimes/detached/detached.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { launchRun } from '../../src/runs/launch.ts';
import { fixture, hostEnvironment, openHome, textOf, until } from '../run-host.ts';

const folder = resolve('fixtures/agents/protocol');
const agent = (story: string): string[] => [process.execPath, `${folder}/agent.mjs`, story];
const sandboxes = await probeSandboxes(hostEnvironment.PATH);

/** A home whose run hosts know the agent of `fixtures/agents/protocol`. */
async function openTalkingHome() {
  const home = await openHome();
  const runtime = createDetachedRuntime({ program: `${folder}/host.mjs`, environment: hostEnvironment });
  const launch = async (request: ReturnType<typeof home.request>) => {
    await launchRun({ ...home.pad, runtime }, request);
    return request.runId;
  };
  return { ...home, launch };
}

describe('an agent that speaks a protocol', () => {
  test.each(sandboxes)('talks through the sandbox %s, and its files are there', async (sandbox) => {
    const { launch, request, ended } = await openTalkingHome();
    const id = await launch(request(agent('reads its settings'), { sandbox }));
    expect(await ended(id)).toMatchObject({ end: { reason: 'finished' }, summary: 'These are my settings.' });
  });

  test('whose host is killed is judged as any other, and its conversation is known to the next run', async () => {
    const { home, launch, request, directory, ended } = await openTalkingHome();
    const first = request(agent('works'));
    await launch(first);
    const seen = await until(async () => {
      const { status } = await observeRun(home, first.runId);
      return status?.mark && textOf(directory(first.runId).transcript).includes('I work.') ? status : null;
    });
    process.kill(seen.host.pid, 'SIGKILL');
    expect(await ended(first.runId)).toMatchObject({ verdict: 'lost', sign: 'host-gone' });
    await until(async () => (await stopRun(home, first.runId, Date.now())) === 'ended');
    const { status, agent: left } = await observeRun(home, first.runId);
    expect({ mark: status?.mark?.id, left }).toEqual({ mark: 'conversation-1', left: 'dead' });

    const next = { attempt: 2, isResume: true, mark: status!.mark, permissions: sandboxAlone };
    const second = await launch(request(agent('success'), next));
    expect(second).toBe(runIdOf(first.sessionId, 2));
    expect(await ended(second)).toMatchObject({ end: { reason: 'finished' } });
    expect(textOf(directory(second).transcript)).toContain('I go on with conversation-1.');
  });

  test('is told what people say', async () => {
    const { home, launch, request, directory, ended } = await openTalkingHome();
    const talking = request(agent('listens'));
    const message = { id: 'comment:1', at: 1, text: 'Make it blue.' };
    await launch(talking);
    await leaveMessage(directory(talking.runId), message);
    expect(await ended(talking.runId)).toMatchObject({ summary: expect.stringContaining('Make it blue.') as string });
    expect([...(await observeRun(home, talking.runId)).messages]).toEqual([['comment:1', 'read']]);
  });

  test('any other agent cannot be told anything', async () => {
    const { home, launch, request, directory } = await openHome();
    const id = await launch(request([fixture('that-hangs')]));
    await leaveMessage(directory(id), { id: 'comment:1', at: 1, text: 'Make it blue.' });
    const outcome = await until(async () => (await observeRun(home, id)).messages.get('comment:1'));
    expect(outcome).toBe('unsupported');
  });
});
