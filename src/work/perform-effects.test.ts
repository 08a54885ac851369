import { expect, test } from 'vitest';

import { issue, portsWith } from '../../test/ports.ts';
import { mona } from '../../test/sessions.ts';
import { wishOnce, type Effect } from '../domain/effect/effect.ts';
import { UnknownOutcomeError } from '../github/errors.ts';
import type { GitHub } from '../github/github.ts';
import { performEffects } from './perform-effects.ts';

const reactionOn = (issueNumber: number): Effect =>
  wishOnce({ ...issue, issueNumber }, `comment:${issueNumber}`, {
    kind: 'react',
    commentId: issueNumber,
    content: 'rocket',
  });

async function outboxWith(github: Partial<GitHub>) {
  const world = await portsWith({ github });
  const { ports, store, time } = world;
  const perform = () => performEffects(ports, new AbortController().signal);
  return { ...world, perform, add: (effect: Effect) => store.outbox.add([effect], time.now) };
}

test('a slow effect holds up no other lane, also none that is wished for meanwhile', async () => {
  let endSlow = (): void => {};
  const slow = new Promise<void>((resolve) => {
    endSlow = resolve;
  });
  let sawOther = (): void => {};
  const other = new Promise<void>((resolve) => {
    sawOther = resolve;
  });
  const { store, add, perform } = await outboxWith({
    async addReaction(_, commentId) {
      if (commentId === 1) await add(reactionOn(2)).then(() => slow);
      else sawOther();
    },
  });
  await add(reactionOn(1));
  const performed = perform();
  await other;
  expect(await store.outbox.count()).toMatchObject({ sending: expect.any(Number) });
  endSlow();
  await performed;
  expect(await store.outbox.count()).toMatchObject({ done: 2, sending: 0 });
});

test('an effect whose end could not be stored is taken up again without a restart', async () => {
  const sent: number[] = [];
  const { store, time, add, perform } = await outboxWith({
    addReaction: async (_, commentId) => void sent.push(commentId),
  });
  await add(reactionOn(1));
  await store.outbox.claim({ now: time.now, limit: 1 }); // and then the disk was full
  await perform();
  expect({ sent, counts: await store.outbox.count() }).toMatchObject({ sent: [1], counts: { done: 1, sending: 0 } });
});

test('an effect outlasts an outage of hours, and a fault does not block its lane for as long', async () => {
  const errors = { outage: new UnknownOutcomeError('502'), fault: new Error('a fault of ours') };
  const world = { error: errors.outage as Error };
  const { store, time, add, perform } = await outboxWith({ addReaction: () => Promise.reject(world.error) });
  const hours = async (count: number): Promise<void> => {
    for (const end = time.now + count * 3_600_000; time.now < end; time.now += 300_000) await perform();
  };
  await add(reactionOn(1));
  await hours(6);
  expect(await store.outbox.count()).toMatchObject({ unknown: 1, failed: 0 });
  world.error = errors.fault;
  await add(wishOnce(issue, 'comment:9', { kind: 'react', commentId: mona.id, content: 'eyes' }));
  await hours(2);
  expect(await store.outbox.count()).toMatchObject({ failed: 2 });
});
