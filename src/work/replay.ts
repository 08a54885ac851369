import { deliveryId, effectKey } from '../domain/ids.ts';
import { UserError } from '../lib/errors.ts';
import type { Store } from '../store/store.ts';

/** What an operator wants to be tried again: a delivery by its id, or an effect by its key. */
export type Replay = { readonly kind: 'delivery' | 'effect'; readonly name: string };

/**
 * Lets what was set aside wait again; a server finds it within its poll interval, or at its next start. Throws UserErrors
 * `not-found` and `not-set-aside`; repeated before the server has tried it, it is the latter.
 */
export async function replay(store: Pick<Store, 'deliveries' | 'outbox'>, { kind, name }: Replay): Promise<void> {
  const outcome =
    kind === 'delivery' ? await store.deliveries.replay(deliveryId(name)) : await store.outbox.replay(effectKey(name));
  switch (outcome) {
    case 'replayed':
      return;
    case 'unknown':
      throw new UserError('not-found', `There is no ${kind} ${name}. \`reeve status\` lists what is set aside.`);
    case 'not-set-aside':
      throw new UserError('not-set-aside', `The ${kind} ${name} is not set aside, so there is nothing to try again.`);
  }
}
