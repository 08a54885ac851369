import { expect, test } from 'vitest';

import { keep, only, portsWith } from '../../test/ports.ts';
import { finished, granted, judged, launched, mona, published, START, story } from '../../test/sessions.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import type { RunRequest } from '../domain/run/run.ts';
import type { IssueFacts } from '../github/github.ts';
import { TransientError } from '../lib/errors.ts';
import type { Mirror } from '../runs/mirror.ts';
import type { StopOutcome } from '../runs/stop.ts';
import type { Workspaces } from '../runs/workspaces/workspace.ts';
import type { Ports, WorkSettings } from './ports.ts';
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

test('a further round is told what people asked for on the issue and on the pull request, in order', async () => {
  const requests: RunRequest[] = [];
  const retry = { kind: 'retry-requested', by: mona } as const;
  const round = [granted, launched(), finished('Done.'), judged(), published(), retry, granted] as const;
  const said = (number: number) => ({ id: number, body: `said on ${number}`, author: { ...mona, isBot: false } });
  const { ports } = await portsWith({
    runs: { observe: async () => facts({}), launch: async (request) => void requests.push(request) },
    github: {
      gitAccess: async () => ({ url: 'https://github.test/', authorization: '' }),
      me: async () => ({ ...mona, appId: 1 }),
      issue: async (_, number) => ({ ...only<IssueFacts>('issue', { number, title: 'Owls', body: '', author: mona }) }),
      comments: async (_, number) => [{ ...said(number), createdAt: START - number }],
    },
    openMirror: async () =>
      only<Mirror>('mirror', { path: '/m', fetch: async () => ({ outcome: 'fetched' }), headOf: async () => 'a' }),
    workspaces: only<Workspaces>('workspaces', { prepare: async () => '/w' }),
    settings: { agent: { kind: 'custom-command', argv: ['a'] } } as unknown as WorkSettings,
  });
  await advanceSession(ports, await keep(ports, story(...round)));
  expect(requests[0]?.prompt).toMatch(/said on 9[^]*said on 7/);
});

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
