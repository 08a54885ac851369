import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';

import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { fixture, hostEnvironment, openHome, textOf, until } from '../run-host.ts';

// Agents that try to leave something behind that no later look finds: it carries no name of ours, and its parents are gone.

const sandboxes = await probeSandboxes(hostEnvironment.PATH);
let nap = 70_000 + (process.pid % 10_000); // seconds: how a survivor is told from everybody else's sleep

function sleepers(seconds: number): number[] {
  try {
    return execFileSync('pgrep', ['-f', `^sleep ${seconds}$`], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

/** Launches the agent, waits until its sleeper is there, and stops the run. */
async function stopWithSleeper(argv: (seconds: string) => readonly string[], sandbox: (typeof sandboxes)[number]) {
  const seconds = (nap += 1);
  onTestFinished(() => sleepers(seconds).forEach((pid) => process.kill(pid, 'SIGKILL')));
  const { home, request, launch, directory } = await openHome();
  const run = await launch(request(argv(String(seconds)), { sandbox }));
  await until(async () => textOf(directory(run).transcript).includes('ready') && sleepers(seconds).length > 0);
  await until(async () => (await stopRun(home, run, Date.now())) === 'ended');
  return sleepers(seconds);
}

test.each(sandboxes)(
  'in "%s" a child without our environment, in a session of its own, ends with the stop',
  async (sandbox) => {
    const script = `trap '' TERM; env -i setsid sleep "$0" & echo ready; while :; do sleep 0.2; done`;
    expect(await stopWithSleeper((seconds) => ['sh', '-c', script, seconds], sandbox)).toEqual([]);
  },
);

test.runIf(sandboxes.includes('bwrap') && existsSync('/usr/bin/python3') && process.arch === 'x64')(
  'in "bwrap" an agent that takes the first process of its namespace over does not outlive the stop',
  async () => {
    const python = execFileSync('realpath', ['/usr/bin/python3'], { encoding: 'utf8' }).trim();
    const agent = fixture('that-hijacks-its-sandbox').replace(/\.mjs$/, '.py');
    expect(await stopWithSleeper((seconds) => [python, agent, seconds], 'bwrap')).toEqual([]);
  },
);
