import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { livenessOf, processesWithVariable } from '../../src/lib/process-table.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { fixture, hostEnvironment, openHome, textOf, until } from '../run-host.ts';

const sandboxes = await probeSandboxes(hostEnvironment.PATH);

describe.each(sandboxes)('a run in the sandbox "%s"', (sandbox) => {
  test('works, reports, and has its leftovers committed', async () => {
    const { run, git, directory, request } = await openHome();
    const verdict = await run([fixture('that-succeeds')], { sandbox });
    expect(verdict).toMatchObject({
      verdict: 'ended',
      end: { reason: 'finished', exitCode: 0, signal: null, detail: 'It finished.' },
      summary: 'Answered #7.',
      progress: ['Reading issue #7'],
      gaps: ['There is no test for the answer.'],
      proposals: [{ title: 'Test the answer', body: 'It has none.' }],
      question: null,
      spend: { costMicroUsd: 250_000, tokens: 1200 },
    });
    expect(git('log', '--format=%an %s').split('\n')).toEqual([
      'Reeve Keep what the agent left',
      'Reeve Answer issue #7',
      'Reeve Start',
    ]);
    expect(git('status', '--porcelain')).toBe('');
    const files = directory(request(['x']).runId);
    expect(readFileSync(files.transcript, 'utf8')).toContain('done\n');
    expect(readFileSync(files.hostLog, 'utf8')).toBe('');
    const readableByOthers = readdirSync(files.path).filter((name) => statSync(join(files.path, name)).mode & 0o077);
    expect(readableByOthers).toEqual([]);
  });

  test('asks, keeps its tree as it is, and goes on in the same conversation', async () => {
    const { run, git, request } = await openHome();
    const { conversationId } = request(['x']);
    const argv = [fixture('that-asks')];
    expect(await run(argv, { sandbox, conversationId })).toMatchObject({
      end: { reason: 'asked' },
      question: { text: 'Which colour should it be?', options: ['red', 'blue'] },
    });
    expect(git('status', '--porcelain')).toBe('?? draft.txt');
    const second = await run(argv, { sandbox, conversationId, attempt: 2, isResume: true, prompt: 'blue' });
    expect(second).toMatchObject({
      end: { reason: 'finished' },
      summary: `Went on in conversation ${conversationId}.`,
    });
    expect(git('show', 'HEAD:colour.txt')).toBe('blue');
    expect(git('show', 'HEAD:draft.txt')).toBe('half a thought');
  });

  test('is stopped down to descendants that ignore every polite signal', async () => {
    const { launch, request, home, ended, directory } = await openHome();
    const id = await launch(request([fixture('that-forks-children')], { sandbox }));
    await until(async () => textOf(directory(id).transcript).includes('children are out'));
    const before = await until(async () => {
      const found = await processesWithVariable('REEVE_RUN_ID', id);
      return found.length >= 7 && found;
    });
    expect(await stopRun(home, id, Date.now())).toBe('stopping');
    expect(await ended(id)).toMatchObject({ end: { reason: 'stopped' } });
    expect(await processesWithVariable('REEVE_RUN_ID', id)).toEqual([]);
    expect(await stopRun(home, id, Date.now())).toBe('ended');
    expect(await Promise.all(before.map(livenessOf))).toEqual(before.map(() => 'dead'));
  });

  test('leaves nothing behind when it ends by itself', async () => {
    const { run, request } = await openHome();
    expect(await run([fixture('that-forks-children'), 'and-ends'], { sandbox })).toMatchObject({
      end: { reason: 'finished' },
    });
    expect(await processesWithVariable('REEVE_RUN_ID', request(['x']).runId)).toEqual([]);
  });

  test('that prints a gigabyte is killed early, with flat memory', async () => {
    const { launch, request, ended, directory, home } = await openHome();
    const id = await launch(request([fixture('that-floods')], { sandbox }));
    const { status } = await until(async () => {
      const facts = await observeRun(home, id);
      return facts.status?.agent && facts;
    });
    let peakKib = 0;
    await until(async () => {
      peakKib = Math.max(peakKib, peakMemoryKib(status!.host.pid));
      return (await observeRun(home, id)).status?.end;
    });
    expect(await ended(id)).toMatchObject({
      end: { reason: 'output-flood', detail: 'It wrote more than 20000000 bytes.' },
    });
    expect(peakKib).toBeLessThan(250_000);
    expect(statSync(directory(id).transcript).size).toBeLessThan(5_000_200);
  });

  test('whose command is not there was not started', async () => {
    const { run } = await openHome();
    expect(await run(['reeve-no-such-program'], { sandbox })).toMatchObject({ end: { reason: 'not-started' } });
  });

  test('killed by a signal of its own is a crash', async () => {
    const { run } = await openHome();
    expect(await run(['sh', '-c', 'kill -SEGV $$'], { sandbox })).toMatchObject({
      end: { reason: 'crashed', exitCode: null, signal: 'SIGSEGV' },
    });
  });
});

function peakMemoryKib(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
}
