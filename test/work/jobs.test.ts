import { expect, test } from 'vitest';

import { createJobs } from '../../src/loops/jobs.ts';
import { openWorld } from '../ports.ts';

const noRouting: Parameters<typeof createJobs>[1]['routing'] = {
  read: async () => ({ kind: 'uninteresting', why: '' }),
  deliver: async () => '',
};

test.each([
  [['web', 'work'], 'queued'],
  [['web', 'work', 'run'], 'preparing'],
])('a server with the roles %s leaves a queued session %s', async (roles, state) => {
  const { ports, session, stored } = await openWorld();
  const { id } = await session();
  const jobs = createJobs(ports, { routing: noRouting, roles, compareMs: 900_000, keepMs: 1 });
  await jobs.selection('all', new AbortController().signal);
  expect(await stored(id)).toMatchObject({ state });
});
