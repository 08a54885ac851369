import { expect, test } from 'vitest';

import { keep, portsWith } from '../../test/ports.ts';
import { granted, launched, story } from '../../test/sessions.ts';
import type { SessionState } from '../domain/session/session.ts';
import { verifyHome } from './verify-home.ts';

const { runs } = story(granted, launched());
const { state: _, ...session } = story();
const runId = runs[0]!.id;

test.each<[SessionState, boolean]>([
  [{ state: 'working', runId, progress: null }, true],
  [{ state: 'preparing', runId }, true],
  [{ state: 'queued' }, false],
  [{ state: 'retrying', retryAt: 1, detail: '' }, false],
  [{ state: 'reviewing' }, false],
  [{ state: 'failed', why: 'crashed', detail: '' }, false],
])('a run without an end in %j holds: %s', async (state, holds) => {
  const { ports, store } = await portsWith();
  await keep(ports, { ...session, runs, ...state });
  const { problems } = await verifyHome(store, { workspaces: async () => [] });
  expect(problems).toEqual(holds ? [] : [`${session.id} is ${state.state} and still has a run without an end.`]);
});
