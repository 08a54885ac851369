import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { RunStatus } from '../../src/domain/run/run.ts';
import { processesWithVariable } from '../../src/lib/process-table.ts';
import { fixture, limits, openHome, textOf } from '../run-host.ts';

describe('how a run ends', () => {
  test('an agent that gives up is a crash with its last words, and its half is kept', async () => {
    const { run, git } = await openHome();
    expect(await run([fixture('that-fails')])).toMatchObject({
      end: {
        reason: 'crashed',
        exitCode: 3,
        detail: 'It ended with exit code 3. Its last words: cannot go on: the well is dry',
      },
    });
    expect(git('show', 'HEAD:half.txt')).toBe('half done');
  });

  test('an agent that does nothing has finished, with nothing to show', async () => {
    const { run, git } = await openHome();
    expect(await run([fixture('that-does-nothing')])).toMatchObject({ end: { reason: 'finished' }, summary: null });
    expect(git('log', '--format=%s')).toBe('Start');
  });

  test.each(['text', 'unknown', 'deep', 'bytes', 'unended'])('garbage is bad output: %s', async (kind) => {
    const { run } = await openHome();
    expect(await run([fixture('that-writes-garbage'), kind])).toMatchObject({ end: { reason: 'bad-output' } });
  });

  test('a forged marker ends the run at once', async () => {
    const { run } = await openHome();
    expect(await run([fixture('that-forges-a-marker')])).toMatchObject({
      end: { reason: 'forged-marker' },
      summary: null,
    });
  });

  test('a gigabyte of typed outputs is a flood', async () => {
    const { run, directory, request } = await openHome();
    expect(await run([fixture('that-floods'), 'outputs'])).toMatchObject({ end: { reason: 'output-flood' } });
    expect(statSync(directory(request(['x']).runId).events).size).toBeLessThan(4_000_001);
  });

  test.each([
    ['that-hangs', { wallMs: 700 }, 'timed-out', 'It ran longer than 0.7 s.'],
    ['that-hangs', { silenceMs: 700 }, 'silent', 'It wrote nothing for 0.7 s.'],
    [
      'that-asks-and-goes-on',
      { askGraceMs: 300 },
      'asked',
      'It asked a question and was ended when it did not end by itself.',
    ],
  ])('%s with %j is %s', async (agent, changed, reason, detail) => {
    const { run } = await openHome();
    expect(await run([fixture(agent)], { limits: { ...limits, ...changed } })).toMatchObject({
      end: { reason, detail },
    });
  });

  test.each([
    ['processes', { processesMax: 60 }, 'too-many-processes', /^It had \d+ processes; 60 are allowed/],
    ['disk', { diskMiBMax: 100 }, 'disk-full', /^Its workspace took \d+ MiB of the disk; 100 are allowed/],
    ['money', { costMicroUsdMax: 3_000_000 }, 'over-budget', /^It spent 3\.5 US dollars; 3 US dollars are allowed\.$/],
  ])('an agent that takes too much %s with %j is %s', async (thing, changed, reason, detail) => {
    const { run, directory, request, git } = await openHome();
    const verdict = await run([fixture('that-hogs'), thing], { limits: { ...limits, ...changed } });
    expect(verdict).toMatchObject({ end: { reason, detail: expect.stringMatching(detail) } });
    const { runId } = request(['x']);
    expect(await processesWithVariable('REEVE_RUN_ID', runId)).toEqual([]);
    expect(git('log', '--format=%s')).toBe('Start'); // nothing of the hoard was committed
    if (thing === 'money') return; // what it says is heard before anything is measured
    const status = JSON.parse(textOf(directory(runId).status)) as RunStatus;
    expect([status.memoryMiB, status.processes].every((seen) => seen !== null && seen > 0)).toBe(true);
  });

  test('an agent that reached a limit may put things in order first', async () => {
    const { run, directory, request } = await openHome();
    await run([fixture('that-hangs')], { limits: { ...limits, wallMs: 700 } });
    expect(textOf(directory(request(['x']).runId).transcript)).toBe('thinking\nputting things in order\n');
  });

  test('hooks that the agent left do not run when its leftovers are committed', async () => {
    const { run, git, workspace, repo } = await openHome();
    const path = { PATH: process.env['PATH'] };
    const script = `
      for hook in pre-commit commit-msg post-commit; do
        printf '#!/bin/sh\\ntouch "$HOME/hooked"\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook
      done
      echo work > work.txt`;
    await run(['sh', '-c', script]);
    expect(git('show', 'HEAD:work.txt')).toBe('work');
    expect(existsSync(join(workspace, 'home/hooked'))).toBe(false);
    // They would have: the same repository, committed to without our options.
    execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: repo, env: { HOME: workspace, ...path } });
    expect(existsSync(join(workspace, 'hooked'))).toBe(true);
  });

  test('leftovers that cannot be committed are told', async () => {
    const { run, directory, request } = await openHome();
    const verdict = await run(['sh', '-c', 'echo work > work.txt; touch .git/HEAD.lock']);
    expect(verdict).toMatchObject({
      end: { reason: 'finished', detail: 'It finished. Its last changes could not be committed.' },
    });
    expect(textOf(directory(request(['x']).runId).events)).toMatch(
      /"leftovers","outcome":"failed","detail":"git commit: /,
    );
  });

  test('what a killed git left locked does not cost the leftovers', async () => {
    const { run, git, repo } = await openHome();
    await run(['sh', '-c', 'echo work > work.txt; touch .git/index.lock; exit 1']);
    expect(git('show', 'HEAD:work.txt')).toBe('work');
    expect(existsSync(join(repo, '.git/index.lock'))).toBe(false);
  });

  test('an output that is refused for a name of any length is still told', async () => {
    const { run } = await openHome();
    const line = `{"kind":"progress","text":"x","${'k'.repeat(30_000)}":1}`;
    const verdict = await run(['sh', '-c', `echo '${line}' >> "$REEVE_OUTPUT"; sleep 20`]);
    expect(verdict).toMatchObject({ verdict: 'ended', end: { reason: 'bad-output' } });
  });

  test('a secret that the operator gave the agent stays out of everything it says', async () => {
    const { run, directory, request } = await openHome();
    const secret = 'canary-0123456789';
    const script = 'echo "$MODEL_KEY"; reeve-agent result "the key is $MODEL_KEY"; echo "last $MODEL_KEY"; exit 4';
    const verdict = await run(['sh', '-c', script], { environment: { MODEL_KEY: secret } });
    const files = directory(request(['x']).runId);
    expect(verdict).toMatchObject({ end: { reason: 'crashed' }, summary: 'the key is [redacted]' });
    for (const path of [files.transcript, files.events, files.status]) {
      expect(readFileSync(path, 'utf8')).not.toContain(secret);
    }
  });
});
