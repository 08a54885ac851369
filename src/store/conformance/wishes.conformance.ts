import { wish, wishOnce, type Effect } from '../../domain/effect/effect.ts';
import { runIdOf, sessionIdOf, type EffectKey } from '../../domain/ids.ts';
import type { Claimed, Store } from '../store.ts';
import { ada, repositoryId } from './stories.conformance.ts';

type Of = { readonly issue?: number; readonly version?: number };

const sessionOf = ({ issue = 7, version = 1 }: Of) => ({
  ...{ id: sessionIdOf(repositoryId, issue, 1), version, repositoryId, issueNumber: issue },
});

/** Effects of each kind; a higher `version` is a newer wish for the same slot. */
export const wishes = {
  card: (of: Of = {}): Effect => wish(sessionOf(of), { kind: 'card', sessionId: sessionOf(of).id }),
  labels: (of: Of = {}): Effect => wish(sessionOf(of), { kind: 'labels', sessionId: sessionOf(of).id }),
  question: (of: Of = {}): Effect => wish(sessionOf(of), { kind: 'question', sessionId: sessionOf(of).id, number: 1 }),
  check: (of: Of = {}): Effect => wish(sessionOf(of), { kind: 'check', sessionId: sessionOf(of).id, headSha: 'abc' }),
  publish: (of: Of = {}): Effect => {
    const { id } = sessionOf(of);
    return wish(sessionOf(of), { kind: 'publish', sessionId: id, runId: runIdOf(id, 1), head: `h${of.version ?? 1}` });
  },
  reply: (of: Of = {}): Effect =>
    wish(sessionOf(of), {
      kind: 'reply',
      onNumber: of.issue ?? 7,
      reply: { topic: 'unknown-verb', to: ada, verb: 'stpo', suggestion: 'stop' },
    }),
  react: (of: Of = {}): Effect => wish(sessionOf(of), { kind: 'react', commentId: 4, content: 'eyes' }),
};

/** A reply that no session causes. */
export const refusal = (cause: string): Effect =>
  wishOnce({ repositoryId, issueNumber: 7 }, cause, {
    kind: 'reply',
    onNumber: 7,
    reply: { topic: 'not-permitted', to: ada },
  });

/** Claims what can be claimed now. */
export const claim = (store: Store, { now = 1_000, limit = 50 } = {}): Promise<readonly Claimed[]> =>
  store.outbox.claim({ now, limit });

/** The keys of what can be claimed now. */
export async function claimKeys(store: Store, options = {}): Promise<readonly EffectKey[]> {
  return (await claim(store, options)).map(({ effect }) => effect.key);
}

/** Performs everything that can be performed now, one lane after another, and gives the keys in that order. */
export async function drain(store: Store, { now = 1_000 } = {}): Promise<readonly EffectKey[]> {
  const keys: EffectKey[] = [];
  for (let claimed = await claim(store, { now }); claimed.length > 0; claimed = await claim(store, { now })) {
    for (const { effect } of claimed) {
      keys.push(effect.key);
      await store.outbox.done(effect.key, { remoteId: null, at: now });
    }
  }
  return keys;
}
