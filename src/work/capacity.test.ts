import { expect, test } from 'vitest';

import { createLog } from '../lib/log.ts';
import { createCapacity } from './capacity.ts';

const short = Object.assign(new Error('spawn'), { code: 'EAGAIN' });

test('a shortage holds up every launch, each time for longer, until one goes well', () => {
  const capacity = createCapacity({ isDiskFull: () => false, chance: () => 1, log: createLog('silent') });
  expect(capacity.whyNot(0)).toBeNull();
  const sentence = 'This machine is short of processes (EAGAIN).';
  expect(capacity.shortageIn(short, 0)).toMatchObject({ sentence, until: 2_000 });
  expect([capacity.whyNot(1_999), capacity.whyNot(2_000)]).toEqual([sentence, null]);
  expect(capacity.shortageIn(short, 1_000)).toMatchObject({ until: 2_000 });
  expect(capacity.shortageIn(short, 2_000)).toMatchObject({ until: 6_000 });
  capacity.launched();
  expect(capacity.whyNot(2_001)).toBeNull();
  expect(capacity.shortageIn(new Error('no such repository'), 3_000)).toBeNull();
});

test('nothing starts while the disk has too little room', () => {
  let isFull = true;
  const capacity = createCapacity({ isDiskFull: () => isFull, chance: () => 1, log: createLog('silent') });
  expect(capacity.whyNot(0)).toContain('short of disk space');
  isFull = false;
  expect(capacity.whyNot(0)).toBeNull();
});
