import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';

import { runId } from '../../../domain/ids.ts';
import { identityOf, livenessOf, signalProcess } from '../../../lib/process-table.ts';
import { describeRuntime } from '../runtime.conformance.ts';
import { tmuxAttachCommand, tmuxCommand } from './attach-command.ts';
import { createTmuxRuntime } from './tmux.ts';

const LOOKS_MAX = 400;
const home = mkdtempSync(join(tmpdir(), 'reeve-tmux-'));
const [, ...server] = tmuxCommand(home)!;
const tmux = (...args: string[]) => spawnSync('tmux', [...server, ...args], { encoding: 'utf8' });
afterAll(() => {
  tmux('kill-server');
  rmSync(home, { recursive: true });
});

describeRuntime('tmux', (options) => createTmuxRuntime({ ...options, home, onTerminalProblem: () => {} }));

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

test.runIf(hasTmux)(
  'shows the run in a terminal, and the host outlives the server of tmux',
  { timeout: 60_000 },
  async () => {
    const problems: string[] = [];
    const program = join(home, 'host.cjs');
    // Plays the run host: claims the run, prints, stays.
    const { writeFileSync } = await import('node:fs');
    writeFileSync(program, HOST);
    const directory = join(home, 'runs', '7-1-1-r1');
    mkdirSync(directory, { recursive: true });
    expect(tmuxAttachCommand(home, runId('7-1-1-r9'))).toEqual([
      'tmux',
      ...server,
      'attach-session',
      '-r',
      '-t',
      '=7-1-1-r9',
    ]);
    const runtime = createTmuxRuntime({
      program,
      environment: { PATH: process.env['PATH']!, HOME: home },
      home,
      onTerminalProblem: (problem) => problems.push(problem),
    });
    const started = await runtime.startHost(directory);
    await started.begin(Buffer.from('key'));
    const shown = () => tmux('capture-pane', '-p', '-t', '=7-1-1-r1:').stdout;
    const until = async (look: () => boolean | Promise<boolean>) => {
      for (let looks = 0; looks < LOOKS_MAX && !(await look()); looks += 1) await delay(25);
      expect(await look()).toBe(true);
    };
    await until(async () => (await runtime.isAlive(directory)) === 'alive');
    const pid = Number(
      execFileSync('cat', [join(directory, 'host.lock')], { encoding: 'utf8' }).match(/"pid":(\d+)/)![1],
    );
    const host = (await identityOf(pid))!;
    onTestFinished(() => signalProcess(host, 'SIGKILL').then(() => {}));
    await until(() => shown().includes('said by the agent'));
    await runtime.sendMessage(directory, 'from #{session_name}\n\u001B[31m#(touch x) a person');
    await until(() => shown().includes('from #{session_name} [31m#(touch x) a person'));

    tmux('kill-server');
    await until(() => tmux('has-session').status !== 0);
    expect(await livenessOf(host)).toBe('alive');
    expect((await runtime.getOutput(directory, 0, 4)).toString()).toBe('said');
    await runtime.destroy(directory);
    await runtime.destroy(directory);
    expect(await runtime.isAlive(directory)).toBe('dead');
    expect(problems).toEqual([]);
  },
);

test('a home whose path is too long for a socket has no terminals, and its runs start all the same', () => {
  expect(tmuxCommand(`/${'x'.repeat(100)}`)).toBeNull();
  expect(tmuxAttachCommand(`/${'x'.repeat(100)}`, runId('7-1-1-r1'))).toBeNull();
});

const HOST = `
const { readFileSync, writeFileSync } = require('fs');
readFileSync(0);
const directory = process.argv[2];
const stat = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
writeFileSync(directory + '/transcript.log', 'said by the agent\\n');
writeFileSync(directory + '/host.lock', JSON.stringify({ pid: process.pid, startTime: stat[19], bootId }) + '\\n');
setInterval(() => {}, 1000);
`;
