import { join } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import Database from 'better-sqlite3';

import { figure, type Figure } from '../figures.ts';
import { rounded } from './numbers.ts';
import { createWorld, REPO, until, type World } from './world.ts';

const LIVE = 50;
const SOME_SESSIONS = 1_000;
const MANY_SESSIONS = 10_000;
const POLL_MS = 2_000; // the preset
const PASSES = 15;
const PASS_MS_MAX = 5;
const RSS_MIB_MAX = 150;
const READY_MS_MAX = 1_000;
const FLAT_RATIO_MAX = 1.2; // noise of a shared machine aside, ten times the sessions cost nothing
const NS_A_MS = 1_000_000;
const KIB_A_MIB = 1024;

/**
 * Fifty live runs beside a growing number of finished sessions: what an idle pass of all loops costs and how much memory
 * the server holds, with 1,000 sessions and with 10,000; then the server is killed and started again.
 */
export async function benchLiveRuns(): Promise<readonly Figure[]> {
  const world = await createWorld({
    issues: LIVE + 1,
    files: { 'README.md': '# Tide\n' },
    agent: ['/bin/sh', '-c', 'exec sleep 3600'],
    settings: {
      ...{ REEVE_SLOTS: '50', REEVE_WRITE_SPACING_MS: '0', REEVE_POLL_MS: String(POLL_MS) },
      ...LONG_RUNS,
      ...AMPLE,
    },
  });
  try {
    await world.start();
    await finishOne(world);
    process.stderr.write(`  starting ${LIVE} agents\n`);
    for (let issue = 2; issue <= LIVE + 1; issue += 1) await world.label(issue);
    await until(`${LIVE} agents`, () => working(world).length === LIVE && isQuiet(world));
    addFinished(world, SOME_SESSIONS);
    const some = await idle(world);
    addFinished(world, MANY_SESSIONS);
    const many = await idle(world);
    const restart = await restarted(world);
    return [
      figure('idle.cpuMs', rounded(many.cpuMs), { atMost: PASS_MS_MAX }, 'ms'),
      figure('idle.cpuGrowth', rounded(many.cpuMs / some.cpuMs), { atMost: FLAT_RATIO_MAX }),
      figure('idle.rssMiB', rounded(many.rssMiB), { atMost: RSS_MIB_MAX }, 'MiB'),
      figure('idle.rssGrowth', rounded(many.rssMiB / some.rssMiB), { atMost: FLAT_RATIO_MAX }),
      ...restart,
    ];
  } finally {
    await endAgents(world);
    await world.remove();
  }
}

/** Each run counts with all that is reserved for it: an hour, and what an agent that reports nothing may spend. */
const AMPLE = {
  ...{ REEVE_BUDGET_REPOSITORY_DAY_USD: '10000', REEVE_BUDGET_SERVER_DAY_USD: '10000' },
  ...{ REEVE_BUDGET_REPOSITORY_DAY_TOKENS: '900000000', REEVE_BUDGET_SERVER_DAY_TOKENS: '900000000' },
  ...{ REEVE_BUDGET_REPOSITORY_DAY_MINUTES: '100000', REEVE_BUDGET_SERVER_DAY_MINUTES: '100000' },
};
const LONG_RUNS = { REEVE_RUN_MINUTES: '60', REEVE_SILENCE_MINUTES: '60' };

/** The first issue's session, which the finished ones are made in the likeness of. */
async function finishOne(world: World): Promise<void> {
  await world.label(1);
  await until('the first agent', () => working(world).length === 1);
  await world.emulator.control.act({ as: 'ada', repo: REPO, do: 'comment', number: 1, body: '/reeve stop' });
  await until('its end', () => count(world, 'is_settled = 1') === 1);
}

/** Finished sessions up to this number: rows as the store has them, at issues that GitHub need not know. */
function addFinished(world: World, upTo: number): void {
  const db = new Database(join(world.home, 'reeve.db'));
  try {
    const model = db.prepare(`select * from sessions where is_settled = 1 and issue_number = 1`).get() as Row;
    const insert = db.prepare(
      `insert into sessions (id, repository_id, issue_number, ordinal, state, is_final, is_settled, pull_number, version, changed_at, body)
       values (@id, @repository_id, @issue_number, 1, @state, 1, 1, null, @version, @changed_at, @body)`,
    );
    const first = count(world, 'true');
    db.transaction(() => {
      for (let number = first; number < upTo; number += 1) {
        const issue = 100_000 + number;
        const id = `${model.repository_id}/${issue}/1`;
        const body = model.body.replaceAll(model.id, id).replace('"issueNumber":1,', `"issueNumber":${issue},`);
        insert.run({ ...model, id, issue_number: issue, body });
      }
    })();
  } finally {
    db.close();
  }
}

type Row = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly repository_id: number;
  readonly body: string;
};

async function idle(world: World): Promise<{ readonly cpuMs: number; readonly rssMiB: number }> {
  await delay(2 * POLL_MS);
  const pid = world.server.pid();
  const before = cpuMs(pid);
  await delay(PASSES * POLL_MS);
  const spent = cpuMs(pid) - before;
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMs: spent / PASSES, rssMiB: Number(rss) / KIB_A_MIB };
}

/** What all threads of a process have had of the processors. */
function cpuMs(pid: number | undefined): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const ns = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, one) => sum + one, 0) / NS_A_MS;
}

async function restarted(world: World): Promise<readonly Figure[]> {
  const before = working(world);
  await world.server.kill9();
  const startedAt = performance.now();
  const url = await world.start();
  await until('the server to be ready', async () => (await fetch(`${url}/readyz`)).ok);
  const readyMs = performance.now() - startedAt;
  await delay(3 * POLL_MS); // long enough for each run to be looked at
  const after = working(world);
  const adopted = after.filter((run) => before.includes(run)).length;
  return [
    figure('restart.readyMs', Math.round(readyMs), { atMost: READY_MS_MAX }, 'ms'),
    figure('restart.adopted', adopted, { atLeast: LIVE }, 'runs'),
    figure('restart.relaunched', after.length - adopted, { atMost: 0 }, 'runs'),
    figure('restart.lost', before.length - adopted, { atMost: 0 }, 'runs'),
  ];
}

/** The runs of the sessions at work. */
function working(world: World): readonly string[] {
  return read(world, (db) =>
    db.prepare(`select json_extract(body, '$.runId') as run from sessions where state = 'working'`).pluck().all(),
  ) as string[];
}

function isQuiet(world: World): boolean {
  return read(world, (db) =>
    db.prepare(`select count(*) = 0 from outbox where state in ('pending', 'sending', 'unknown')`).pluck().get(),
  ) as unknown as boolean;
}

function count(world: World, which: string): number {
  return read(world, (db) => db.prepare(`select count(*) from sessions where ${which}`).pluck().get()) as number;
}

function read<T>(world: World, look: (db: Database.Database) => T): T {
  const db = new Database(join(world.home, 'reeve.db'), { readonly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

async function endAgents(world: World): Promise<void> {
  if (!world.server.isRunning()) return;
  for (let issue = 2; issue <= LIVE + 1; issue += 1) {
    await world.emulator.control.act({ as: 'ada', repo: REPO, do: 'comment', number: issue, body: '/reeve stop' });
  }
  await until('the agents to end', () => working(world).length === 0 && count(world, 'is_settled = 0') === 0);
}
