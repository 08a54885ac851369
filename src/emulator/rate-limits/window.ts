/** Costs of the last `spanMs`, added up; old ones fall out. */
export type SlidingWindow = {
  /** Adds a cost and gives the new sum. */
  add(cost: number, now: number): number;
  sum(now: number): number;
  /** Epoch ms at which the oldest cost falls out, or `now` when there is none. */
  freeAt(now: number): number;
  /** The largest sum that there ever was. */
  peak(): number;
};

/** A sum over the recent past, with its peak. */
export function createSlidingWindow(spanMs: number): SlidingWindow {
  let costs: { readonly at: number; readonly cost: number }[] = [];
  let total = 0;
  let peak = 0;
  const prune = (now: number): void => {
    const firstLive = costs.findIndex(({ at }) => at > now - spanMs);
    const dead = firstLive < 0 ? costs : costs.slice(0, firstLive);
    if (dead.length === 0) return;
    total -= dead.reduce((sum, { cost }) => sum + cost, 0);
    costs = costs.slice(dead.length);
  };
  return {
    add(cost, now) {
      prune(now);
      costs.push({ at: now, cost });
      total += cost;
      peak = Math.max(peak, total);
      return total;
    },
    sum(now) {
      prune(now);
      return total;
    },
    freeAt(now) {
      prune(now);
      return (costs[0]?.at ?? now - spanMs) + spanMs;
    },
    peak: () => peak,
  };
}
