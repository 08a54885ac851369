import { expect, test } from 'vitest';

import { keep, only, portsWith } from '../../test/ports.ts';
import { story } from '../../test/sessions.ts';
import type { WorkSettings } from '../work/ports.ts';
import { createJobs } from './jobs.ts';

test.each([
  [['web', 'work'], 'queued'],
  [['web', 'work', 'run'], 'preparing'],
])('a server with the roles %s leaves a queued session %s', async (roles, state) => {
  const { ports, store } = await portsWith({ settings: only<WorkSettings>('settings', { slots: 1 }) });
  const id = await keep(ports, story());
  const jobs = createJobs(ports, { deliver: async () => {}, roles });
  await jobs.selection('all', new AbortController().signal);
  expect(await store.sessions.get(id)).toMatchObject({ state });
});
