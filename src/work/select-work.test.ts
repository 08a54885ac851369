import { expect, test } from 'vitest';

import { issue, keep, only, portsWith } from '../../test/ports.ts';
import { granted, launched, mona, START, story } from '../../test/sessions.ts';
import { moveSession } from './move-session.ts';
import { openWork } from './open-work.ts';
import type { WorkSettings } from './ports.ts';
import { selectWork } from './select-work.ts';

test('a retry after a stop waits until the agent that was stopped is surely gone', async () => {
  const { ports, store } = await portsWith({ settings: only<WorkSettings>('settings', { slots: 2 }) });
  const first = await keep(ports, story(granted, launched()));
  await moveSession(ports, first, 'comment:1', { kind: 'stop-requested', by: mona, at: START });
  const { session } = await openWork(ports, { ...issue, title: 'Owls', by: mona, cause: 'comment:2', retryOf: first });
  const stateOf = async () => (await store.sessions.get(session.id))?.state;

  await selectWork(ports);
  expect(await stateOf()).toBe('queued');
  await moveSession(ports, first, 'settled', { kind: 'settled', at: START });
  await selectWork(ports);
  expect(await stateOf()).toBe('preparing');
});
