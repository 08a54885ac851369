import { expect, test } from 'vitest';

import { keep, only, portsWith } from '../../test/ports.ts';
import { granted, START, story } from '../../test/sessions.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import { TransientError } from '../lib/errors.ts';
import type { StopOutcome } from '../runs/stop.ts';
import type { Ports } from './ports.ts';
import { advanceSession } from './advance-session.ts';

const host = { pid: 1, startTime: '1', bootId: 'b' };
const outage = new TransientError('GitHub is away.', { retryAt: START + 5_000 });
const facts = (seen: Partial<RunFacts>): RunFacts =>
  ({ isStopRequested: false, lock: null, ...seen }) as unknown as RunFacts;

async function preparing(runs: Partial<Ports['runs']>) {
  const session = story(granted);
  const world = await portsWith({ runs, openMirror: () => Promise.reject(outage) });
  await keep(world.ports, session);
  const stateOf = async () => (await world.store.sessions.get(session.id))?.state;
  return { ...world, stateOf, look: () => advanceSession(world.ports, session.id) };
}

test('a run that was launched before a crash is taken as launched, also while GitHub is away', async () => {
  const { look, stateOf } = await preparing({ observe: async () => facts({ lock: host, host: 'alive' }) });
  await look();
  expect(await stateOf()).toBe('working');
});

test('no other run follows a failed launch before nothing of it is left', async () => {
  const outcomes: StopOutcome[] = ['stopping', 'ended'];
  const seen = [facts({}), facts({ lock: host, isStopRequested: true })];
  const { look, stateOf } = await preparing({
    observe: async () => seen.shift() ?? only<RunFacts>('facts', {}),
    stop: async () => outcomes.shift() ?? 'ended',
  });
  await look();
  expect(await stateOf()).toBe('preparing');
  await look();
  expect(await stateOf()).toBe('retrying');
  expect(outcomes).toEqual([]);
});
