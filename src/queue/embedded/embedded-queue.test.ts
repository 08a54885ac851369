import { expect, test, vi } from 'vitest';

import { describeQueue } from '../queue.conformance.ts';
import { createEmbeddedQueue, WAITING_JOBS_MAX } from './embedded-queue.ts';

const deadline = { timeout: 4_000, interval: 5 };

describeQueue('embedded', (options) => createEmbeddedQueue(options));

test('beyond its bound a nudge is not heard, and what was heard is performed', async () => {
  const queue = createEmbeddedQueue<'look'>({ concurrency: 1, onError: () => {} });
  for (let key = 0; key < WAITING_JOBS_MAX + 5; key += 1) queue.nudge('look', String(key));
  let performed = 0;
  queue.start({
    look: async () => {
      performed += 1;
    },
  });
  await vi.waitFor(() => expect(performed).toBe(WAITING_JOBS_MAX), deadline);
  queue.nudge('look', 'one more');
  await vi.waitFor(() => expect(performed).toBe(WAITING_JOBS_MAX + 1), deadline);
  await queue.stop();
});
