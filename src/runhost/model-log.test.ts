import { expect, test } from 'vitest';

import { openModelLog } from './model-log.ts';

test('a full disk costs the log of what was asked, and neither the run nor its sums', () => {
  const errors: unknown[] = [];
  const log = openModelLog('/dev/full', { now: () => 0, onError: (error) => errors.push(error) });
  const asked = { method: 'POST', path: '/v1/messages', status: 200, ms: 1, costMicroUsd: null };
  for (const tokens of [10, 20]) log.take({ ...asked, tokens });
  expect(errors).toMatchObject([{ code: 'ENOSPC' }]);
  expect(log.usage()).toEqual({ costMicroUsd: null, tokens: 20 });
  log.close();
});
