/** A cost and when it was spent, in epoch ms. Costs that fall close together are kept as one, dated at the latest of them. */
export type Spent = { readonly at: number; readonly cost: number };

/** How far back costs count, and how close together they must be to be kept as one. */
export type Window = { readonly spanMs: number; readonly grainMs: number };

/** What still counts, oldest first. A cost from the future (the clock was set back) counts from now on. */
export function withinWindow(spent: readonly Spent[], { spanMs }: Window, now: number): readonly Spent[] {
  return spent.filter(({ at }) => at > now - spanMs).map(({ at, cost }) => ({ at: Math.min(at, now), cost }));
}

/** With one more cost, and without what no longer counts: never more entries than grains in the span, and one. */
export function spend(spent: readonly Spent[], cost: number, window: Window, now: number): readonly Spent[] {
  const live = withinWindow(spent, window, now);
  const last = live.at(-1);
  const isClose = last && Math.floor(last.at / window.grainMs) === Math.floor(now / window.grainMs);
  return isClose ? [...live.slice(0, -1), { at: now, cost: last.cost + cost }] : [...live, { at: now, cost }];
}

/** The first instant from now on at which `cost` more keeps the sum of any span at or below `max`. A cost over `max` waits for an empty span. */
export function fitsAt(
  spent: readonly Spent[],
  { spanMs }: Pick<Window, 'spanMs'>,
  { cost, max, now }: { readonly cost: number; readonly max: number; readonly now: number },
): number {
  const live = withinWindow(spent, { spanMs, grainMs: 1 }, now);
  let sum = live.reduce((all, one) => all + one.cost, 0);
  let at = now;
  for (const oldest of live) {
    if (sum + cost <= max) return at;
    sum -= oldest.cost;
    at = oldest.at + spanMs;
  }
  return at;
}
