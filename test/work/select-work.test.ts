import { expect, test } from 'vitest';

import { moveSession } from '../../src/work/move-session.ts';
import { openWork } from '../../src/work/open-work.ts';
import { selectWork } from '../../src/work/select-work.ts';
import { openWorld } from '../ports.ts';
import { granted, launched } from '../sessions.ts';

test('a retry after a stop waits until the agent that was stopped is surely gone', async () => {
  const { ports, repository, mona, time, stored, ...world } = await openWorld();
  const first = await world.session(granted, launched());
  await moveSession(ports, first.id, 'comment:1', { kind: 'stop-requested', by: mona, at: time.now });
  const again = { repositoryId: repository.id, issueNumber: 1, title: 'Owls', by: mona, cause: 'comment:2' };
  const { session } = await openWork(ports, { ...again, retryOf: first.id });

  await selectWork(ports);
  expect(await stored(session.id)).toMatchObject({ state: 'queued' });
  await moveSession(ports, first.id, 'settled', { kind: 'settled', at: time.now });
  await selectWork(ports);
  expect(await stored(session.id)).toMatchObject({ state: 'preparing' });
});
