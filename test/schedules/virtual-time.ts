import { AsyncLocalStorage } from 'node:async_hooks';

/** Epoch ms at which every schedule begins; only the scheduler moves it. */
export const BEGIN = Date.UTC(2026, 10, 20, 9, 12);

type Timer = { readonly at: number; readonly order: number; readonly owner: number; readonly fire: () => void };

/** Whose doing it is that something runs: the number of a server. */
const servers = new AsyncLocalStorage<number>();

/** A clock and its timers, for one schedule. Timers belong to the server that set them, however late it comes to that. */
export type VirtualTime = {
  now: number;
  /** Runs something as the server of that number; what follows from it is the server's, too. */
  as<Value>(owner: number, run: () => Value): Value;
  set(fire: () => void, ms: number): Timer;
  clear(timer: unknown): void;
  /** Fires what is due for one owner, the earliest first. What that leads to must settle before it is another one's turn. */
  fireDue(owner: number): void;
  /** The process is gone. */
  forget(owner: number): void;
};

export function createVirtualTime(): VirtualTime {
  let timers: Timer[] = [];
  let order = 0;
  const time: VirtualTime = {
    now: BEGIN,
    as: (owner, run) => servers.run(owner, run),
    set(fire, ms) {
      const owner = servers.getStore();
      if (owner === undefined) throw new Error('Somebody who is no server has set a timer.');
      const timer = { at: time.now + ms, order: order++, owner, fire };
      timers.push(timer);
      return timer;
    },
    clear(timer) {
      timers = timers.filter((one) => one !== timer);
    },
    fireDue(owner) {
      const due = timers.filter((one) => one.owner === owner && one.at <= time.now);
      if (due.length === 0) return;
      timers = timers.filter((one) => !due.includes(one));
      due.sort((one, other) => one.at - other.at || one.order - other.order);
      for (const { fire } of due) servers.run(owner, fire);
    },
    forget(owner) {
      timers = timers.filter((one) => one.owner !== owner);
    },
  };
  return time;
}

/**
 * Puts the timers of the schedule in the place of the process's own, so that the product's loops and waits live by the
 * virtual clock. Gives the way back. Nothing else may run in this process meanwhile.
 */
export function installTimers(current: () => VirtualTime): () => void {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const set = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    current().set(() => fire(...args), ms);
  Object.assign(globalThis, { setTimeout: set, clearTimeout: (timer: unknown) => current().clear(timer) });
  return () => void Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear });
}

/** Lets everything happen that needs neither the scheduler nor time. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
