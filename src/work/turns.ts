import type { Clock } from '../lib/clock.ts';

export type Turns = {
  /**
   * Resolves when it is this one's turn, with what ends the turn. Or with the instant at which to come again, when its lane
   * does not get on or after a stop: the same one for all of the lane, so that their order stays. Within a lane turns are
   * given in the order in which they were asked for.
   */
  take(lane: string, options: { readonly isUrgent: boolean }): Promise<(() => void) | number>;
  /** Gives no more turns: who waits is to come again. */
  stop(): void;
};

type Options = {
  readonly now: Clock;
  /** Turns at once, besides slow ones. */
  readonly placesMax: number;
  /** Turns at once, slow ones included. */
  readonly turnsMax: number;
  /**
   * A turn that takes longer holds up neither its lane nor a place any more, and goes on beside the others. And who waits
   * behind its lane for longer makes room for others, and comes again after as long.
   */
  readonly slowMs: number;
};

type Waiter = {
  readonly lane: string;
  readonly isUrgent: boolean;
  readonly patience: NodeJS.Timeout;
  readonly answer: (end: (() => void) | number) => void;
};

/** Lanes side by side, each in order. The urgent come first, and nobody is held up by a slow one for longer than `slowMs`. */
export function createTurns({ now, placesMax, turnsMax, slowMs }: Options): Turns {
  let waiting: Waiter[] = []; // bounded by whoever asks
  const heldLanes = new Set<string>();
  const closedUntil = new Map<string, number>();
  let places = 0;
  let turns = 0;
  let isStopped = false;

  const begin = ({ lane, patience, answer }: Waiter): void => {
    clearTimeout(patience);
    heldLanes.add(lane);
    places += 1;
    turns += 1;
    let isHolding = true;
    const letGo = (): void => {
      if (!isHolding) return;
      isHolding = false;
      heldLanes.delete(lane);
      places -= 1;
      giveTurns();
    };
    const timer = setTimeout(letGo, slowMs);
    answer(() => {
      clearTimeout(timer);
      turns -= 1;
      letGo();
      giveTurns();
    });
  };

  const giveTurns = (): void => {
    while (places < placesMax && turns < turnsMax) {
      const next = nextOf(waiting, heldLanes);
      if (!next) return;
      waiting.splice(waiting.indexOf(next), 1);
      begin(next);
    }
  };

  const sendAway = (which: (one: Waiter) => boolean, again: number): void => {
    const away = waiting.filter(which);
    waiting = waiting.filter((one) => !which(one));
    for (const { patience, answer } of away) {
      clearTimeout(patience);
      answer(again);
    }
  };

  const closeLane = (lane: string): void => {
    if (!heldLanes.has(lane)) return; // it waits for a place, and gets one soon
    closedUntil.set(lane, now() + slowMs);
    sendAway((one) => one.lane === lane, now() + slowMs);
  };

  return {
    take: (lane, { isUrgent }) =>
      new Promise((resolve) => {
        for (const [closed, until] of closedUntil) if (until <= now()) closedUntil.delete(closed);
        const again = isStopped ? now() : closedUntil.get(lane);
        if (again !== undefined) return resolve(again);
        waiting.push({ lane, isUrgent, patience: setTimeout(() => closeLane(lane), slowMs), answer: resolve });
        giveTurns();
      }),
    stop() {
      isStopped = true;
      sendAway(() => true, now());
    },
  };
}

/** The first urgent one whose lane is free, else the first one; never one before another of its lane. */
function nextOf(waiting: readonly Waiter[], heldLanes: ReadonlySet<string>): Waiter | null {
  const passed = new Set(heldLanes);
  let first: Waiter | null = null;
  for (const one of waiting) {
    if (passed.has(one.lane)) continue;
    if (one.isUrgent) return one;
    passed.add(one.lane);
    first ??= one;
  }
  return first;
}
