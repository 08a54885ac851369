import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { livenessOf, processesWithVariable } from '../../src/lib/process-table.ts';
import { launchRun } from '../../src/runs/launch.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { fixture, hostEnvironment, openHome, until } from '../run-host.ts';

const sandboxes = await probeSandboxes(hostEnvironment.PATH);
const limits = { wallMs: 30_000, silenceMs: 20_000, outputBytesMax: 20_000_000, askGraceMs: 1000, stopGraceMs: 1000 };

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
    expect(await readFile(files.transcript, 'utf8')).toContain('done\n');
    expect(await readFile(files.hostLog, 'utf8')).toBe('');
    for (const name of await readdir(files.path)) {
      expect((await stat(join(files.path, name))).mode & 0o077, name).toBe(0);
    }
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
    await until(async () => readFileSync(directory(id).transcript, 'utf8').includes('children are out'));
    const before = await until(async () => {
      const found = await processesWithVariable('REEVE_RUN_ID', id);
      return found.length >= 7 && found;
    });
    expect(await stopRun(home, id, Date.now())).toBe('stopping');
    expect(await ended(id)).toMatchObject({ end: { reason: 'stopped' } });
    expect(await stopRun(home, id, Date.now())).toBe('ended');
    expect(await processesWithVariable('REEVE_RUN_ID', id)).toEqual([]);
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
    const { run, directory, request } = await openHome();
    expect(await run([fixture(agent)], { limits: { ...limits, ...changed } })).toMatchObject({
      end: { reason, detail },
    });
    if (agent === 'that-hangs') {
      expect(readFileSync(directory(request(['x']).runId).transcript, 'utf8')).toContain('putting things in order');
    }
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

  test('a request that was changed on disk is refused', async () => {
    const { pad, request, launch, directory, judge, repo } = await openHome();
    const asked = request(['touch', 'started']);
    await launchRun({ ...pad, runtime: { startHost: async () => {} } }, asked);
    const path = directory(asked.runId).request;
    writeFileSync(path, readFileSync(path, 'utf8').replace('"isResume":false', '"isResume":true'));
    await launch(asked);
    await until(async () =>
      readFileSync(directory(asked.runId).hostLog, 'utf8').includes('does not carry our signature'),
    );
    expect(await judge(asked.runId)).toEqual({ verdict: 'starting' });
    expect(existsSync(join(repo, 'started'))).toBe(false);
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
    ).toThrow();
    expect((await judge(asked.runId)).verdict).not.toBe('ended');
    expect(await ended(asked.runId)).toMatchObject({ end: { reason: 'finished' }, summary: 'fine' });
  });
});

describe('what an agent sees', () => {
  const canary = 'canary-5f0c1d2e3b';

  test.each(sandboxes)('its environment and the processes it sees hold no secret of ours (%s)', async (sandbox) => {
    const { run, pad, repo, home } = await openHome();
    appendFileSync(join(home, 'server.secret'), `file-${canary}`);
    process.env['REEVE_TEST_CANARY'] = `environment-${canary}`;
    const elsewhere = sandbox === 'bwrap' ? [home] : [];
    await run([fixture('that-looks-for-secrets'), ...elsewhere, join(home, 'workspaces')], { sandbox });
    const loot = readFileSync(join(repo, 'loot.txt'), 'latin1');
    expect(loot).toContain('Please answer issue #7.');
    expect(loot).not.toContain(canary);
    expect(loot).not.toContain(Buffer.from(pad.key).toString('hex'));
    expect(Object.keys(JSON.parse(/== environment\n(.*)\n/.exec(loot)![1]!)).sort()).toMatchInlineSnapshot(`
      [
        "HOME",
        "LANG",
        "PATH",
        "PWD",
        "REEVE_CONVERSATION_ID",
        "REEVE_OUTPUT",
        "REEVE_PROMPT_FILE",
        "REEVE_RESUME",
        "REEVE_RUN_ID",
        "REEVE_SESSION_ID",
        "TMPDIR",
        "TZ",
      ]
    `);
  });
});

async function runningFacts(home: string, id: Parameters<typeof observeRun>[1]) {
  return until(async () => {
    const facts = await observeRun(home, id);
    return facts.status?.state === 'running' && facts.status.agent && facts;
  });
}

function peakMemoryKib(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
}
