import type { Clock } from '../lib/clock.ts';
import { createDeliveries, type Deliveries, type Hook } from './deliveries.ts';
import type { Faults } from './faults.ts';
import type { OutgoingDelivery } from './hub.ts';
import type { App } from './state/people.ts';

/** The deliveries of every webhook: one log per App and per repository hook. */
export type HookDeliveries = {
  deliver(delivery: OutgoingDelivery): void;
  of(app: App): Deliveries;
  /** Resolves once nothing is in flight anywhere. */
  settled(): Promise<void>;
  close(): void;
};

/** Begins a log for each webhook when it is first needed. */
export function createHookDeliveries(clock: Clock, faults: Faults): HookDeliveries {
  const all = new Map<string, Deliveries>();
  const begin = (key: string, hook: () => Hook | null): Deliveries => {
    const present = all.get(key);
    if (present !== undefined) return present;
    const deliveries = createDeliveries({ clock, hook, plan: (event) => faults.forDelivery(event) });
    all.set(key, deliveries);
    return deliveries;
  };
  const of = (app: App): Deliveries =>
    begin(`app ${app.id}`, () => {
      const { url, secret } = app.webhook;
      return url === null ? null : { id: app.id, appId: app.id, url, secret };
    });
  return {
    of,
    deliver({ to, ...event }) {
      if (to.kind === 'app') {
        of(to.app).emit(event);
        return;
      }
      const { id, url, secret } = to.hook;
      begin(`hook ${id}`, () => ({ id, appId: event.repositoryId ?? id, url, secret })).emit(event);
    },
    async settled() {
      await Promise.all([...all.values()].map((deliveries) => deliveries.settled()));
    },
    close() {
      for (const deliveries of all.values()) deliveries.close();
    },
  };
}
