import { onTestFinished, vi } from 'vitest';

/** The clock of this process, and so of GitHub, of its tokens and of ours: it goes on as ever, and leaps when the test says so. */
export function flowOfTime() {
  const real = Date.now.bind(Date);
  let offsetMs = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + offsetMs);
  onTestFinished(() => clock.mockRestore());
  return {
    pass: (ms: number): void => {
      offsetMs += ms;
    },
  };
}
