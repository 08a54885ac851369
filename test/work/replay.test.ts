import { expect, test } from 'vitest';

import { deliveryId } from '../../src/domain/ids.ts';
import { wishOnce } from '../../src/domain/effect/effect.ts';
import { lookAtHome } from '../../src/work/look-at-home.ts';
import { replay } from '../../src/work/replay.ts';
import { openWorld } from '../ports.ts';

test('what is set aside is listed, fit for a terminal, and replayed by its name; nothing else is', async () => {
  const { store, time, repository, session } = await openWorld();
  const { id: sessionId } = await session();
  const id = deliveryId('d-1');
  await store.deliveries.receive({ id, event: 'issues', payload: '{}', receivedAt: time.now });
  await store.deliveries.claim({ now: time.now, liveSince: 0, limit: 1, backlogMin: 0 });
  await store.deliveries.concern(id, { repositoryId: repository.id, issueNumber: 1 });
  await store.deliveries.end(id, 'set-aside', 'bad \u001b[31mred');
  const place = { repositoryId: repository.id, issueNumber: 2 };
  const effect = wishOnce(place, 'comment:1', { kind: 'react', commentId: 1, content: 'rocket' });
  await store.outbox.add([effect], time.now);
  await store.outbox.fail(effect.key, { error: '422 no', at: time.now });

  const { setAside, sessions } = await lookAtHome(store, time.now);
  expect(setAside).toEqual({
    deliveries: [{ id, event: 'issues', about: 'acme/shop#1', tries: 1, reason: 'bad \ufffd[31mred', at: time.now }],
    effects: [{ key: effect.key, kind: 'react', about: 'acme/shop#2', tries: 0, reason: '422 no', at: time.now }],
  });
  expect(sessions).toMatchObject([
    { id: sessionId, issue: 'acme/shop#1', title: 'Owls', state: 'queued', waitsFor: 'a free slot' },
  ]);

  const nothing = replay(store, { kind: 'delivery', name: 'other' });
  await expect(nothing).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(/^There is no delivery other\. /) as string,
  });
  await replay(store, { kind: 'delivery', name: id });
  await replay(store, { kind: 'effect', name: effect.key });
  for (const [kind, name] of [
    ['delivery', id],
    ['effect', effect.key],
  ] as const) {
    await expect(replay(store, { kind, name })).rejects.toMatchObject({ code: 'not-set-aside' });
  }
  expect((await lookAtHome(store, time.now)).setAside).toEqual({ deliveries: [], effects: [] });
  expect(await store.deliveries.count()).toMatchObject({ waiting: 1 });
  expect(await store.outbox.count()).toMatchObject({ pending: 1 });
});
