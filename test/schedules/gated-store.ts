import { LeaseLostError } from '../../src/lib/errors.ts';
import type { Store } from '../../src/store/store.ts';

/** The one who uses a store at present. */
export type Gate = {
  /** Before each verb: the scheduler may let others go first, or let the user die here; `isAlways`: however closely it looks. */
  pause(label: string, isAlways?: boolean): Promise<void>;
  /** Around the verb itself, which is one step. */
  watch<Value>(verb: string, call: () => Value): Value;
  onLeaseLost(): void;
};

type Verb = (...args: readonly unknown[]) => Promise<unknown>;

/** The real store, of which each verb is a place where the scheduler chooses. Made once, for one user after another. */
export function gateStore(store: Store, gate: () => Gate): Store {
  const gated = (name: string, part: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(part).map(([verb, value]: [string, unknown]) => {
        if (typeof value !== 'function') return [verb, value];
        const label = `${name}.${verb}`;
        const call = async (...args: readonly unknown[]): Promise<unknown> => {
          const user = gate();
          await user.pause(label);
          try {
            const result = await user.watch(label, () => (value as Verb)(...args));
            // Whoever sleeps between this look and what is built on it is the reason for the margin before each sending.
            if (label === 'lease.held') await user.pause('after lease.held', true);
            return result;
          } catch (error) {
            if (error instanceof LeaseLostError) user.onLeaseLost();
            throw error;
          }
        };
        return [verb, call];
      }),
    );
  const parts = Object.entries(store).map(([name, part]: [string, unknown]) => [
    name,
    typeof part === 'object' && part !== null ? gated(name, part) : part,
  ]);
  return Object.fromEntries(parts) as Store;
}
