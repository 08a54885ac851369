import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import type { Sandbox } from '../../src/domain/run/run.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { figure, type Figure } from '../figures.ts';
import { createHostHome, processesNamed, until } from './host-home.ts';
import { median, rounded } from './numbers.ts';

const HOSTS = 5;
const SETTLE_MS = 20_000; // some looks at processes and disk, some heartbeats
const TREES = 100;
const AT_ONCE = 10;
const RSS_RATIO_MAX = 1.15;
const STOP_S_MAX = 30;
const FIRST_MARK = 900_000_000 + (process.pid % 1000) * TREES; // seconds of sleep that nobody else sleeps

type HostHome = Awaited<ReturnType<typeof createHostHome>>;

// `$0` is the mark. What a shell ignores, the program that takes its place ignores, too.
const deaf = `trap '' TERM INT HUP QUIT`;
const waits = 'while :; do sleep 1; done';
const bombProcesses = 200;
const hostileTrees: readonly { readonly script: string; readonly processes: number }[] = [
  { script: `${deaf}; setsid sleep "$0" & setsid -f sleep "$0"; ${waits}`, processes: 2 },
  { script: `${deaf}; (setsid sh -c '(sleep "$0" &) ; exit' "$0" &); ${waits}`, processes: 1 },
  { script: `${deaf}; sleep "$0" & setsid sh -c 'sleep "$0" & wait' "$0" & exec sleep "$0"`, processes: 3 },
  {
    script: `sleep "$0" & kill -STOP $!; setsid sh -c 'sleep "$0" & kill -STOP $!; kill -STOP $$' "$0" & ${waits}`,
    processes: 2,
  },
  {
    script: `${deaf}; for n in $(seq ${bombProcesses}); do setsid sleep "$0" & done; ${waits}`,
    processes: bombProcesses,
  },
];

/** What a run host costs while it waits, and whether a stop leaves anything of a tree that resists. */
export async function benchHosts(): Promise<readonly Figure[]> {
  const home = await createHostHome();
  try {
    return [...(await benchMemory(home)), ...(await benchStops(home))];
  } finally {
    home.remove();
  }
}

async function benchMemory(home: HostHome): Promise<Figure[]> {
  const empty = Array.from({ length: HOSTS }, () =>
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' }),
  );
  const launch = (script: string) => home.launch(['sh', '-c', script], 'none');
  const silent = await Promise.all(empty.map(() => launch('exec sleep 3600')));
  const spoken = await launch('reeve-agent progress hello; exec sleep 3600');
  await delay(SETTLE_MS);
  const hostRss = async (run: (typeof silent)[number]) => rssMiB((await home.status(run))?.host.pid);
  const emptyMiB = median(empty.map(({ pid }) => rssMiB(pid)));
  const hostMiB = median(await Promise.all(silent.map(hostRss)));
  const spokenMiB = await hostRss(spoken);
  for (const child of empty) child.kill('SIGKILL');
  await Promise.all([...silent, spoken].map((run) => until(async () => (await home.stop(run)) === 'ended')));
  return [
    figure('host.rssRatio', rounded(hostMiB / emptyMiB), { atMost: RSS_RATIO_MAX }),
    figure('host.rssMiB', rounded(hostMiB), null, 'MiB'),
    figure('host.spokenRssMiB', rounded(spokenMiB), null, 'MiB'),
    figure('host.emptyNodeRssMiB', rounded(emptyMiB), null, 'MiB'),
  ];
}

async function benchStops(home: HostHome): Promise<Figure[]> {
  const sandboxes = await probeSandboxes(process.env['PATH'] ?? '');
  const stops: Stopped[] = [];
  for (let from = 0; from < TREES; from += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => from + index);
    stops.push(...(await Promise.all(numbers.map((number) => stopTree(home, { number, sandboxes })))));
    process.stderr.write(`runs: ${stops.length} of ${TREES} trees\n`);
  }
  const survivors = stops.reduce((sum, one) => sum + one.survivors, 0);
  const maxS = Math.max(...stops.map(({ seconds }) => seconds));
  return [
    figure('stop.survivors', survivors, { atMost: 0 }),
    figure('stop.maxS', rounded(maxS), { atMost: STOP_S_MAX }, 's'),
    figure('stop.medianS', rounded(median(stops.map(({ seconds }) => seconds))), null, 's'),
  ];
}

type Stopped = { readonly seconds: number; readonly survivors: number };
type Tree = { readonly number: number; readonly sandboxes: readonly Sandbox[] };

/** Each sandbox that works here has its turn with each kind of tree. */
async function stopTree(home: HostHome, { number, sandboxes }: Tree): Promise<Stopped> {
  const tree = hostileTrees[number % hostileTrees.length];
  const sandbox = sandboxes[Math.floor(number / hostileTrees.length) % sandboxes.length];
  if (tree === undefined || sandbox === undefined) throw new Error('There is no tree or no sandbox.');
  const mark = String(FIRST_MARK + number);
  const run = await home.launch(['sh', '-c', tree.script, mark], sandbox);
  await until(async () => processesNamed(mark) >= tree.processes);
  const from = performance.now();
  await until(async () => (await home.stop(run)) === 'ended');
  const seconds = (performance.now() - from) / 1000;
  return { seconds, survivors: processesNamed(mark) };
}

function rssMiB(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
