import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { figure, type Figure } from '../figures.ts';
import { median, rounded } from './numbers.ts';
import { createWorld, until, type World } from './world.ts';

const FILES = 2_000;
const FILE_CHARACTERS = 2_000;
const ROUNDS = 7; // the first warms the mirror, and is not counted
const RATIO_MAX = 1.25;
const NS_A_MS = 1_000_000;
/** The agent says in its own words when it began; then it waits to be stopped. */
const AGENT = 'date +%s%N >started; mv started begun; exec sleep 600';

/**
 * From a label on GitHub to the first line of the agent's program, in a repository of 2,000 files whose mirror is warm,
 * beside a shell script that does nothing but `git clone --shared` and start the same program. They take turns.
 */
export async function benchLaunch(): Promise<readonly Figure[]> {
  const files = Object.fromEntries(
    Array.from({ length: FILES }, (_, index) => [
      `src/part-${index % 40}/file-${index}.txt`,
      `${index}\n`.repeat(FILE_CHARACTERS / 5),
    ]),
  );
  const world = await createWorld({ issues: ROUNDS, files, agent: ['/bin/sh', '-c', AGENT] });
  try {
    await world.start();
    const ours: number[] = [];
    const plain: number[] = [];
    for (let issue = 1; issue <= ROUNDS; issue += 1) {
      const took = await launch(world, issue);
      if (issue === 1) continue;
      ours.push(took);
      plain.push(await shell(world, issue));
    }
    const [oursMs, plainMs] = [median(ours), median(plain)];
    return [
      figure('launch.ms', rounded(oursMs), null, 'ms'),
      figure('launch.shellMs', rounded(plainMs), null, 'ms'),
      figure('launch.ratio', rounded(oursMs / plainMs), { atMost: RATIO_MAX }),
    ];
  } finally {
    await world.remove();
  }
}

async function launch(world: World, issue: number): Promise<number> {
  const sentAt = nowMs();
  await world.label(issue);
  const root = join(world.home, 'workspaces');
  const place = await until('the agent', () => {
    if (!existsSync(root)) return null;
    return readdirSync(root)
      .filter((name) => name.endsWith(`-${issue}-1`))
      .map((name) => join(root, name, 'repo'))
      .find((path) => existsSync(join(path, 'begun')));
  });
  const took = begunMs(place) - sentAt;
  await world.emulator.control.act({
    as: 'ada',
    repo: 'harbor-labs/tide',
    do: 'comment',
    number: issue,
    body: '/reeve stop',
  });
  await until('the workspace to go', () => !existsSync(place));
  return took;
}

async function shell(world: World, issue: number): Promise<number> {
  const mirrors = join(world.home, 'mirrors');
  const [mirror = ''] = readdirSync(mirrors);
  const place = join(world.home, '..', `plain-${issue}`);
  const script = `git clone --quiet --shared "$1" "$2" && cd "$2" && ${AGENT.replace('exec sleep 600', 'true')}`;
  const sentAt = nowMs();
  await promisify(execFile)('/bin/sh', ['-c', script, 'sh', join(mirrors, mirror), place]);
  return begunMs(place) - sentAt;
}

const begunMs = (place: string): number => Number(readFileSync(join(place, 'begun'), 'utf8')) / NS_A_MS;

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
