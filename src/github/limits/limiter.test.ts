import { beforeEach, describe, expect, test, vi } from 'vitest';

import { keptInMemory } from '../../../test/limits.ts';
import { heardNothing, type Heard } from '../../domain/limits/heed.ts';
import { githubLimits, type Limits, type Priority, type Wanted } from '../../domain/limits/limits.ts';
import { HeldBackError } from '../errors.ts';
import { createLimiter, type KeptLimits, type Limiter } from './limiter.ts';

const start = 1_800_000_000_000;
const limits: Limits = { ...githubLimits, inFlightMax: 2, writeSpacingMs: 1000 };
let now: number;
let kept: KeptLimits;
let sent: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [now, kept, sent] = [start, keptInMemory(), []];
  return () => vi.useRealTimers();
});

const open = (options: { readonly kept?: KeptLimits; readonly waitMsMax?: number } = {}): Limiter =>
  createLimiter({ kept, clock: () => now, limits, ...options });
const wanted = (kind: Wanted['kind'], priority: Priority = 'work'): Wanted => ({ kind, priority, resource: 'core' });
const elapse = async (ms: number): Promise<void> => {
  now += ms;
  await vi.advanceTimersByTimeAsync(ms);
};
/** Sends at once; the result is the name. */
const ask = (limiter: Limiter, name: string, one: Wanted, heard: Heard = heardNothing): Promise<unknown> =>
  limiter
    .run('installation 1', one, async () => {
      sent.push(name);
      return { result: name, heard };
    })
    .catch((error: unknown) => error);

describe('writes', () => {
  test('go one a second, people first, then work, then background; reads wait for none of them', async () => {
    const limiter = open();
    const all = [
      ask(limiter, 'w1', wanted('write')),
      ask(limiter, 'b', wanted('content', 'background')),
      ask(limiter, 'w2', wanted('write')),
      ask(limiter, 'p', wanted('content', 'people')),
      ask(limiter, 'read', wanted('read', 'background')),
    ];
    await elapse(0);
    expect(sent).toEqual(['w1', 'read']);
    await elapse(999);
    expect(sent).toHaveLength(2);
    for (const count of [3, 4, 5]) {
      await elapse(count === 3 ? 1 : 1000);
      expect(sent).toHaveLength(count);
    }
    expect(sent).toEqual(['w1', 'read', 'p', 'w2', 'b']);
    await Promise.all(all);
  });

  test('that would wait too long are sent back at once, each with its own time, and hold up nobody', async () => {
    const limiter = open({ waitMsMax: 2000 });
    const answers = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(limiter, name, wanted('write')));
    await elapse(0);
    expect(await answers[3]).toBeInstanceOf(HeldBackError);
    expect(await answers[3]).toMatchObject({ retryAt: start + 3000 });
    expect(await answers[4]).toMatchObject({ retryAt: start + 3000 }); // d waits no more, and its place is free
    await elapse(1000);
    await elapse(1000);
    expect(sent).toEqual(['a', 'b', 'c']);
  });
});

test('a clock that is set back makes nobody wait longer', async () => {
  const limiter = open({ waitMsMax: 2000 });
  const hangs = (): Promise<never> => new Promise(() => {});
  for (let underWay = 0; underWay < limits.inFlightMax; underWay += 1) {
    void limiter.run('installation 1', wanted('read'), hangs);
  }
  const answer = ask(limiter, 'a', wanted('read'));
  await elapse(0);
  now -= 3_600_000;
  for (let seconds = 0; seconds < 4; seconds += 1) await elapse(1000);
  expect(await Promise.race([answer, Promise.resolve('still waiting')])).toBeInstanceOf(HeldBackError);
});

test('one installation waits, another does not', async () => {
  const limiter = open();
  const limited = { ...heardNothing, limited: { until: start + 3_000_000 } };
  await ask(limiter, 'a', wanted('read'), limited);
  expect(await ask(limiter, 'b', wanted('read', 'people'))).toMatchObject({ retryAt: start + 3_000_000 });
  await limiter.run('installation 2', wanted('read'), async () => ({ result: sent.push('c'), heard: heardNothing }));
  expect(sent).toEqual(['a', 'c']);
});

test('no more are under way than may be, and an answer or a failure makes room', async () => {
  const limiter = open();
  const answers: ((heard: Heard) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  const hang = (): Promise<unknown> =>
    limiter
      .run(
        'installation 1',
        wanted('read'),
        () =>
          new Promise<{ result: string; heard: Heard }>((resolve, reject) => {
            answers.push((heard) => resolve({ result: 'done', heard }));
            failures.push(reject);
          }),
      )
      .catch((error: unknown) => error);
  const all = [hang(), hang(), hang(), hang()];
  await elapse(0);
  expect(answers).toHaveLength(2);
  answers[0]!(heardNothing);
  await elapse(0);
  expect(answers).toHaveLength(3);
  failures[1]!(new Error('reset'));
  await elapse(0);
  expect(answers).toHaveLength(4);
  for (const answer of answers) answer(heardNothing);
  expect(await Promise.all(all)).toEqual(['done', new Error('reset'), 'done', 'done']);
});

describe('a restart', () => {
  test('knows what was sent, and what GitHub asked for', async () => {
    await ask(open(), 'a', wanted('write'));
    const next = ask(open(), 'b', wanted('write'));
    await elapse(999);
    expect(sent).toEqual(['a']);
    await elapse(1);
    await next;
    expect(sent).toEqual(['a', 'b']);
    await ask(open(), 'c', wanted('read'), { ...heardNothing, limited: { until: now + 3_000_000 } });
    expect(await ask(open(), 'd', wanted('read', 'people'))).toMatchObject({ retryAt: now + 3_000_000 });
  });

  test('knows of a request whose answer never came: it is stored before it is sent', async () => {
    let stored: unknown;
    await open().run('installation 1', wanted('write'), async () => {
      stored = await kept.load('installation 1');
      return { result: null, heard: heardNothing };
    });
    expect(stored).toMatchObject({ lastWriteAt: start, points: [{ at: start, cost: 5 }] });
  });

  test('of a store that cannot be written sends nothing, and goes on when it can', async () => {
    let isFull = true;
    const full: KeptLimits = {
      load: (account) => kept.load(account),
      save: async (...all) => {
        if (isFull) throw new Error('database or disk is full');
        await kept.save(...all);
      },
    };
    const limiter = open({ kept: full });
    expect(await ask(limiter, 'a', wanted('read'))).toMatchObject({ retryAt: start + 5000 });
    isFull = false;
    expect(await ask(limiter, 'b', wanted('read'))).toBe('b');
    expect(sent).toEqual(['b']);
  });
});
