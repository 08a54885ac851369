import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { deliveryId } from '../../src/domain/ids.ts';
import { start } from '../../src/lib/exec.ts';
import { openSqliteStoreToRead } from '../../src/store/sqlite/sqlite-store.ts';
import { figure, type Figure } from '../figures.ts';
import { createHome, privateKey } from './home.ts';
import { load, type Load } from './load.ts';
import { median, quantile, rounded } from './numbers.ts';
import { examplePayload, SECRET } from './payload.ts';

const ROUNDS = 3;
const CONNECTIONS = 50;
const WARM_UP_MS = 2000;
const MEASURE_MS = 5000;
const IDS_AT_ONCE = 1000;
const P99 = 0.99;
const P99_RATIO_MAX = 2;

type Round = { readonly perSecond: number; readonly p99Ms: number; readonly lost: number };

/**
 * Durable intake against a Probot that stores nothing: the same load on each in turn, each a process of its own with the
 * machine to itself and the load. Reeve plays the role `web` only, which is what is compared; one more round with all
 * roles is reported. Rounds alternate, and ratios are of the two of one round, so that a change of the machine hits both.
 */
export async function benchIntake(): Promise<readonly Figure[]> {
  const [reeve, probot]: [Round[], Round[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    reeve.push(await measureReeve('web'));
    probot.push(await measureProbot());
    process.stderr.write(`  round ${round + 1}: ${tell(reeve.at(-1))} against ${tell(probot.at(-1))}\n`);
  }
  const everything = await measureReeve('web,work,run');
  const ofRounds = (ratio: (ours: Round, theirs: Round) => number): number =>
    rounded(median(reeve.map((ours, index) => ratio(ours, probot[index] ?? ours))));
  const rps = (rounds: readonly Round[]): number => Math.round(median(rounds.map(({ perSecond }) => perSecond)));
  const p99 = (rounds: readonly Round[]): number => rounded(median(rounds.map(({ p99Ms }) => p99Ms)));
  const lost = [...reeve, everything].reduce((sum, round) => sum + round.lost, 0);
  return [
    figure(
      'intake.ratio',
      ofRounds((ours, theirs) => ours.perSecond / theirs.perSecond),
      { atLeast: 1 },
    ),
    figure(
      'intake.p99ratio',
      ofRounds((ours, theirs) => ours.p99Ms / theirs.p99Ms),
      { atMost: P99_RATIO_MAX },
    ),
    figure('intake.lost', lost, { atMost: 0 }),
    figure('intake.rps', rps(reeve), null, 'requests/s'),
    figure('intake.probotRps', rps(probot), null, 'requests/s'),
    figure('intake.p99Ms', p99(reeve), null, 'ms'),
    figure('intake.probotP99Ms', p99(probot), null, 'ms'),
    figure('intake.allRolesRps', rps([everything]), null, 'requests/s'),
  ];
}

const tell = (round: Round | undefined): string =>
  `${Math.round(round?.perSecond ?? 0)}/s p99 ${rounded(round?.p99Ms ?? 0)} ms`;

const loadOn = (url: string): Promise<Load> =>
  load({ url, body: examplePayload(), connections: CONNECTIONS, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS });

function roundOf({ perSecond, latenciesMs, refused }: Load, lost: number): Round {
  if (refused > 0) throw new Error(`${refused} deliveries were refused: the rates say nothing.`);
  return { perSecond, p99Ms: quantile(latenciesMs, P99), lost };
}

async function measureReeve(roles: string): Promise<Round> {
  const home = createHome();
  const server = home.server(roles);
  try {
    const loaded = await loadOn(await server.start());
    await server.kill9(); // what was answered must be there all the same
    return roundOf(loaded, await countMissing(home.storePath, loaded.acceptedIds));
  } finally {
    await server.kill9();
    home.remove();
  }
}

/** How many of the ids the store does not hold. */
async function countMissing(path: string, ids: readonly string[]): Promise<number> {
  const store = openSqliteStoreToRead({ path });
  let missing = 0;
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const some = ids.slice(from, from + IDS_AT_ONCE).map(deliveryId);
    missing += some.length - (await store.deliveries.known(some)).size;
  }
  await store.close();
  return missing;
}

async function measureProbot(): Promise<Round> {
  const program = fileURLToPath(new URL('bare-probot.js', import.meta.url));
  const env = { PRIVATE_KEY: privateKey, WEBHOOK_SECRET: SECRET };
  const child = start(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    return roundOf(await loadOn(url), 0);
  } finally {
    child.kill('SIGKILL');
  }
}
