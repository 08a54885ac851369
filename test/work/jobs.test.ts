import { expect, test } from 'vitest';

import { createJobs } from '../../src/loops/jobs.ts';
import { openWorld } from '../ports.ts';

test.each([
  [['web', 'work'], 'queued'],
  [['web', 'work', 'run'], 'preparing'],
])('a server with the roles %s leaves a queued session %s', async (roles, state) => {
  const { ports, session, stored } = await openWorld();
  const { id } = await session();
  const jobs = createJobs(ports, { deliver: async () => {}, roles });
  await jobs.selection('all', new AbortController().signal);
  expect(await stored(id)).toMatchObject({ state });
});
