import { expect, test } from 'vitest';

import { outcomeOf } from './outcome.ts';
import { finalStates, openStates } from './session.ts';

test('how each state stands', () => {
  const told = [...openStates, ...finalStates].map((state) => `${state}: ${outcomeOf(state)}`);
  expect(told).toMatchInlineSnapshot(`
    [
      "queued: active",
      "preparing: active",
      "working: active",
      "waiting: input-needed",
      "publishing: active",
      "reviewing: active",
      "retrying: active",
      "done: completed",
      "failed: failed",
      "stopped: failed",
    ]
  `);
});
