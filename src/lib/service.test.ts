import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createLoop } from './service.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function loopOf(pass: () => Promise<void> = async () => {}) {
  const failures: unknown[] = [];
  const counted = vi.fn<() => Promise<void>>(pass);
  const loop = createLoop({
    name: 'sweep',
    intervalMs: 1000,
    pass: counted,
    onError: (error) => failures.push(error),
    now: () => Date.now(),
  });
  return { loop, counted, failures };
}

/** A pass that waits until the test lets it end. */
function heldPass() {
  let release = (): void => {};
  return {
    pass: () => new Promise<void>((resolve) => (release = resolve)),
    release: () => release(),
  };
}

describe('a loop', () => {
  test('passes at once and then once per interval', async () => {
    const { loop, counted } = loopOf();
    loop.start();
    await vi.advanceTimersByTimeAsync(3500);
    expect(counted).toHaveBeenCalledTimes(4);
    expect(loop.isLate()).toBe(false);
    await loop.stop();
  });

  test('reports a failed pass and goes on', async () => {
    const { loop, counted, failures } = loopOf(() => Promise.reject(new Error('disk full')));
    loop.start();
    await vi.advanceTimersByTimeAsync(1500);
    expect(counted).toHaveBeenCalledTimes(2);
    expect(failures).toHaveLength(2);
    expect(loop.isLate()).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(loop.isLate()).toBe(true);
    await loop.stop();
  });

  test('passes sooner when it is nudged while idle', async () => {
    const { loop, counted } = loopOf();
    loop.start();
    await vi.advanceTimersByTimeAsync(5);
    loop.nudge();
    await vi.advanceTimersByTimeAsync(5);
    expect(counted).toHaveBeenCalledTimes(2);
    await loop.stop();
  });

  test('keeps a nudge that arrives during a pass', async () => {
    const held = heldPass();
    const { loop, counted } = loopOf(held.pass);
    loop.start();
    loop.nudge();
    held.release();
    await vi.advanceTimersByTimeAsync(1);
    expect(counted).toHaveBeenCalledTimes(2);
    held.release();
    await loop.stop();
  });

  test('finishes the pass in hand before it has stopped, and starts or stops twice without harm', async () => {
    const held = heldPass();
    const { loop, counted } = loopOf(held.pass);
    loop.start();
    loop.start();
    let hasStopped = false;
    const stopping = Promise.all([loop.stop(), loop.stop()]).then(() => (hasStopped = true));
    await vi.advanceTimersByTimeAsync(5000);
    expect(hasStopped).toBe(false);
    held.release();
    await stopping;
    await vi.advanceTimersByTimeAsync(5000);
    expect(counted).toHaveBeenCalledTimes(1);
  });
});
