import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import { endProcesses } from '../lib/end-processes.ts';
import { identityOf, processesWithVariable } from '../lib/process-table.ts';
import { createProcessTree } from './process-tree.ts';

const LOOKS_MAX = 200;
const LOOK_AGAIN_MS = 50;
let count = 0;

/** An agent as the run host starts it: marked, and in a session of its own. */
async function startAgent(script: string) {
  const mark = `/höme/runs/${process.pid}-${(count += 1)}/output.jsonl`;
  const environment = { PATH: process.env['PATH'], REEVE_OUTPUT: mark };
  const child = spawn('sh', ['-c', script], { env: environment, detached: true, stdio: 'ignore' });
  onTestFinished(async () => void (await endProcesses(() => processesWithVariable('REEVE_OUTPUT', mark))));
  const agent = await identityOf(child.pid!);
  return { tree: createProcessTree(agent!, mark), agent: agent! };
}

function sleepers(seconds: string): number[] {
  return execFileSync('sh', ['-c', `pgrep -fx 'sleep ${seconds}' || true`], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** How many processes there are, once it is so many or it has been waited for long enough. */
async function countOnceThereAre(processes: number, tree: ReturnType<typeof createProcessTree>): Promise<number> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    if (tree.look(Infinity).processes === processes) break;
    await delay(LOOK_AGAIN_MS);
  }
  return tree.look(Infinity).processes;
}

test('counts what left its session and its parents, and what it left without its environment once it was seen', async () => {
  const path = mkdtempSync(join(tmpdir(), 'reeve-tree-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const gate = join(path, 'gate');
  execFileSync('sh', ['-c', 'mkfifo "$0"', gate]);
  const nap = String(600_000 + process.pid); // seconds that nobody else sleeps
  const script = `
    setsid -f sleep ${nap}
    (env -i sh -c 'read line < ${gate}; exec setsid sleep ${nap}' &)
    sleep ${nap} & exec sleep ${nap}`;
  const { tree, agent } = await startAgent(script);
  expect(await countOnceThereAre(4, tree)).toBe(4);
  const seen = tree.look(Infinity);
  writeFileSync(gate, 'go\n');
  for (let look = 0; look < LOOKS_MAX && sleepers(nap).length < 4; look += 1) await delay(LOOK_AGAIN_MS);
  const escaped = sleepers(nap);
  onTestFinished(() => escaped.filter((pid) => pid !== agent.pid).forEach(kill));
  expect(escaped).toHaveLength(4);
  expect(tree.look(Infinity).processes).toBe(4);
  expect(seen.memoryMiB).toBeGreaterThan(0);
});

test('the processes of others, also our own, do not count', async () => {
  const { tree } = await startAgent('exec sleep 600');
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  expect(await countOnceThereAre(1, tree)).toBe(1);
});

test('should the machine run out of memory, the agent goes before everybody else', async () => {
  const { tree, agent } = await startAgent('sleep 600 & exec sleep 600');
  expect(await countOnceThereAre(2, tree)).toBe(2);
  expect(readFileSync(`/proc/${agent.pid}/oom_score_adj`, 'utf8')).toBe('500\n');
});

test('nothing counts once it has ended', async () => {
  const { tree, agent } = await startAgent('sleep 600 & exec sleep 600');
  expect(await countOnceThereAre(2, tree)).toBe(2);
  execFileSync('kill', ['-9', '--', `-${agent.pid}`]);
  expect(await countOnceThereAre(0, tree)).toBe(0);
});

test('memory that processes share counts once where that matters', async () => {
  // Each shows the whole of node's own code as resident; together they hold it once.
  const { tree } = await startAgent(
    `node -e 'setInterval(() => {}, 1e9)' & node -e 'setInterval(() => {}, 1e9)' & exec sleep 600`,
  );
  expect(await countOnceThereAre(3, tree)).toBe(3);
  let [resident, exact] = [0, 0];
  for (let look = 0; look < LOOKS_MAX && resident < 60; look += 1) {
    await delay(LOOK_AGAIN_MS);
    resident = tree.look(Infinity).memoryMiB;
    exact = tree.look(0).memoryMiB;
  }
  expect(exact).toBeGreaterThan(0);
  expect(exact).toBeLessThan(resident);
});
