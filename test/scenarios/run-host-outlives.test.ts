import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { processesWithVariable } from '../../src/lib/process-table.ts';
import { launchRun, prepareRunHost } from '../../src/runs/launch.ts';
import { createRunLeftovers } from '../../src/runs/leftovers.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { fixture, hostEnvironment, openHome, textOf, until } from '../run-host.ts';

const sandboxes = await probeSandboxes(hostEnvironment.PATH);

describe('what a run outlives', () => {
  test('launching twice at once makes one agent', async () => {
    const { pad, request, ended, directory, repo, launch } = await openHome();
    const asked = request(['sh', '-c', 'echo x >> started; sleep 1']);
    await Promise.all([launch(asked), launch(asked), launchRun(pad, { ...asked, createdAt: asked.createdAt + 5 })]);
    await ended(asked.runId);
    await launch(asked);
    expect(readFileSync(join(repo, 'started'), 'utf8')).toBe('x\n');
    expect(readFileSync(directory(asked.runId).hostLog, 'utf8')).toBe('');
  });

  test('a request that no host would accept is not launched', async () => {
    const { pad, request, directory } = await openHome();
    const asked = request(['true'], { workspacePath: 'relative' });
    await expect(launchRun(pad, asked)).rejects.toThrow(/workspacePath/);
    expect(existsSync(directory(asked.runId).path)).toBe(false);
  });

  test('a request that was changed on disk is refused', async () => {
    const { pad, request, launch, directory, judge, repo } = await openHome();
    const asked = request(['touch', 'started']);
    await launchRun(
      { ...pad, runtime: { startHost: async () => ({ begin: async () => {}, dismiss: () => {} }) } },
      asked,
    );
    const path = directory(asked.runId).request;
    writeFileSync(path, readFileSync(path, 'utf8').replace('"isResume":false', '"isResume":true'));
    await launch(asked);
    await until(async () => textOf(directory(asked.runId).hostLog).includes('does not carry our signature'));
    expect(await judge(asked.runId)).toEqual({ verdict: 'starting' });
    expect(existsSync(join(repo, 'started'))).toBe(false);
  });

  test('a host that waits for its request ends when it is dismissed, and with whoever started it', async () => {
    const { pad, home, request, directory, ended, launch } = await openHome();
    const leftovers = createRunLeftovers(home);
    const asked = request(['touch', 'started']);
    const run = prepareRunHost(pad, asked.runId);
    await until(async () => (await leftovers.withProcesses()).length === 1);
    run.dismiss();
    await until(async () => (await leftovers.withProcesses()).length === 0);

    const script = `
      import { prepareRunHost } from '${join(process.cwd(), 'dist/runs/launch.js')}';
      import { createDetachedRuntime } from '${join(process.cwd(), 'dist/runs/runtimes/detached/detached.js')}';
      const { home, program, environment, id } = JSON.parse(process.argv[1]);
      const runtime = createDetachedRuntime({ program, environment });
      prepareRunHost({ home, key: Buffer.from('key'), runtime: { startHost: async (path) => {
        const host = await runtime.startHost(path);
        setImmediate(() => process.kill(process.pid, 'SIGKILL'));
        return host;
      } } }, id);
    `;
    const facts = {
      home,
      id: asked.runId,
      environment: hostEnvironment,
      program: join(process.cwd(), 'dist/bin/reeve-run.js'),
    };
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(facts)], { stdio: 'pipe' }),
    ).toThrow(/Command failed/);
    await until(async () => (await leftovers.withProcesses()).length === 0);
    expect([existsSync(directory(asked.runId).lock), textOf(directory(asked.runId).hostLog)]).toEqual([false, '']);
    expect(await ended(await launch(asked))).toMatchObject({ end: { reason: 'finished' } });
  });

  test('a run that was stopped before it was launched never starts', async () => {
    const { home, request, launch, ended, repo } = await openHome();
    const asked = request(['touch', 'started']);
    expect(await stopRun(home, asked.runId, Date.now())).toBe('ended');
    expect(await ended(await launch(asked))).toMatchObject({ end: { reason: 'stopped' } });
    expect(existsSync(join(repo, 'started'))).toBe(false);
  });

  test('a host that is told to end stops its run', async () => {
    const { launch, request, home, ended } = await openHome();
    const id = await launch(request([fixture('that-hangs')]));
    const facts = await runningFacts(home, id);
    process.kill(facts.status!.host.pid, 'SIGTERM');
    expect(await ended(id)).toMatchObject({ end: { reason: 'stopped' } });
  });

  test.each(sandboxes)(
    'a host that was killed is a lost run, and stopping it clears what is left (%s)',
    async (sandbox) => {
      const { launch, request, home, ended } = await openHome();
      const id = await launch(request([fixture('that-forks-children')], { sandbox }));
      const facts = await runningFacts(home, id);
      process.kill(facts.status!.host.pid, 'SIGKILL');
      expect(await ended(id)).toMatchObject({
        verdict: 'lost',
        evidence: expect.stringContaining('is gone and left no end'),
      });
      expect(await stopRun(home, id, Date.now())).toBe('ended');
      expect(await processesWithVariable('REEVE_RUN_ID', id)).toEqual([]);
    },
  );

  test('a host that hangs is killed with its agent once the grace is over', async () => {
    const { launch, request, home, judge } = await openHome();
    const id = await launch(request([fixture('that-forks-children')]));
    const facts = await runningFacts(home, id);
    process.kill(facts.status!.host.pid, 'SIGSTOP');
    const now = Date.now();
    expect(await stopRun(home, id, now)).toBe('stopping');
    expect(await stopRun(home, id, now + 10_000)).toBe('stopping');
    await until(async () => (await stopRun(home, id, now + 12_000)) === 'ended');
    expect(await processesWithVariable('REEVE_RUN_ID', id)).toEqual([]);
    expect(await judge(id)).toMatchObject({ verdict: 'lost' });
  });

  test('a host survives the program that launched it', async () => {
    const { request, home, ended, pad, judge } = await openHome();
    const asked = request(['sh', '-c', 'sleep 1; echo survived; reeve-agent result fine']);
    const script = `
      import { launchRun } from '${join(process.cwd(), 'dist/runs/launch.js')}';
      import { createDetachedRuntime } from '${join(process.cwd(), 'dist/runs/runtimes/detached/detached.js')}';
      const { home, key, program, environment, asked } = JSON.parse(process.argv[1]);
      const runtime = createDetachedRuntime({ program, environment });
      await launchRun({ home, key: Buffer.from(key, 'hex'), runtime }, asked);
      process.kill(process.pid, 'SIGKILL');
    `;
    const facts = {
      ...{ home, asked, environment: hostEnvironment, program: join(process.cwd(), 'dist/bin/reeve-run.js') },
      key: Buffer.from(pad.key).toString('hex'),
    };
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(facts)], { stdio: 'pipe' }),
    ).toThrow(/Command failed/);
    expect((await judge(asked.runId)).verdict).not.toBe('ended');
    expect(await ended(asked.runId)).toMatchObject({ end: { reason: 'finished' }, summary: 'fine' });
  });
});

async function runningFacts(home: string, id: Parameters<typeof observeRun>[1]) {
  return until(async () => {
    const facts = await observeRun(home, id);
    return facts.status?.state === 'running' && facts.status.agent && facts;
  });
}
