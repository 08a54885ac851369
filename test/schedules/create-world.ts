import { RefusedError, UnknownOutcomeError } from '../../src/github/errors.ts';
import { LeaseLostError, TransientError } from '../../src/lib/errors.ts';
import type { Session } from '../../src/domain/session/session.ts';
import { createFacts } from './github-facts.ts';
import { SERVERS_MAX, type Home } from './home.ts';
import { createMachine } from './machine.ts';
import { publishedHeadOf } from './machine-ports.ts';
import { createPoints } from './points.ts';
import { createRandom } from './random.ts';
import { startServer } from './server.ts';
import type { VirtualTime } from './virtual-time.ts';
import { watchPublishing } from './watch-publishing.ts';
import { createWeather } from './weather.ts';
import type { Design, Server, Violation, ViolationKind, World } from './world.ts';

const CLOSENESS = [1, 0.5, 0.2, 0.05] as const;

export function createWorld(home: Home, design: Design, seed: number, time: VirtualTime): World {
  const random = createRandom(seed);
  const facts = createFacts(time);
  const points = createPoints(random);
  const violations: Violation[] = [];
  const violate = (kind: ViolationKind, detail: string): void => void violations.push({ kind, detail });
  const servers: Server[] = [];
  const publishing = watchPublishing(violate);
  let uuids = 0;
  const isStale = ({ number }: Server): boolean => home.leaseholder() !== number;
  const watchStale = <Value>(server: Server, verb: string, call: () => Value): Value => {
    const watched = (): Value => {
      const before = home.changes();
      const result = call();
      if (home.changes() !== before) violate('stale-write', `server ${server.number}: ${verb}`);
      return result;
    };
    return world.unfenced.has(server.number) ? home.withoutFence(server.number, watched) : watched();
  };
  const world: World = {
    ...{ design, home, random, time, points, facts, servers, violations, violate },
    weather: createWeather(random),
    machine: createMachine(time),
    closeness: random.pick(CLOSENESS),
    acknowledged: new Set(),
    unfenced: new Set(),
    isAwake: (number) => servers.some((one) => one.number === number && one.isAlive && one.isAwake),
    nextUuid: () => (uuids += 1),
    start() {
      const isAnyAlive = servers.some(({ isAlive }) => isAlive);
      const number = servers.length;
      if (number >= SERVERS_MAX || !home.takeLease(number, !isAnyAlive)) return false;
      servers.push(startServer(world, number));
      return true;
    },
    crash(server) {
      server.isAlive = false;
      points.die(server.number);
      time.forget(server.number);
      for (const attempt of server.receiving) attempt.isOk = false;
    },
    watchStore(server, verb, call) {
      const result = isStale(server) ? watchStale(server, verb, call) : call();
      publishing.onStore(verb, result);
      return result;
    },
    onSend(server, verb, branch) {
      if (isStale(server)) violate('stale-send', `server ${server.number}: ${verb}`);
      if (verb === 'createPull') publishing.onPublish(branch, null);
    },
    onPush(server, { branch, head }) {
      if (isStale(server)) violate('stale-send', `server ${server.number}: push`);
      publishing.onPublish(branch, head);
      const run = [...world.machine.runs.values()].find(({ id }) => publishedHeadOf(id) === head);
      if (run?.work !== 'held') return;
      const [row] = home.all('select body from sessions where id = ?', run.request.sessionId);
      const { questions } = JSON.parse(String(row?.['body'])) as Session;
      if (!questions.some(({ answer }) => answer?.option === 0)) violate('published-unapproved', head);
    },
    onJobError(error) {
      if (error instanceof TransientError || error instanceof LeaseLostError) return;
      if (error instanceof RefusedError || error instanceof UnknownOutcomeError) return;
      violate('bug', error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
  };
  return world;
}
