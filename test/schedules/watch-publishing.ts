import type { Transition } from '../../src/domain/session/move.ts';
import type { Claimed } from '../../src/store/store.ts';
import type { World } from './world.ts';

/** A push or pull request that somebody began to make after its session was stopped. */
export function watchPublishing(violate: World['violate']) {
  let order = 0;
  /** By session: when it was stopped, and when somebody last took its publication in hand. */
  const stopped = new Map<string, number>();
  const taken = new Map<string, number>();
  const sessions = new Map<string, string>(); // by branch
  return {
    onStore(verb: string, result: unknown): void {
      if (verb !== 'outbox.claim' && verb !== 'sessions.change') return;
      const at = (order += 1);
      void (result as Promise<unknown>).then(
        (value) => {
          if (verb === 'outbox.claim') {
            for (const { effect } of value as readonly Claimed[]) {
              if (effect.kind === 'publish') taken.set(effect.sessionId, at);
            }
            return;
          }
          const moved = value as Transition;
          if (moved.outcome !== 'moved') return;
          const { id, branch, state } = moved.session;
          sessions.set(branch, id);
          if (state === 'stopped' && !stopped.has(id)) stopped.set(id, at);
        },
        () => {},
      );
    },
    onPublish(branch: string, head: string | null): void {
      const session = sessions.get(branch);
      const at = session === undefined ? undefined : stopped.get(session);
      if (session === undefined || at === undefined || (taken.get(session) ?? 0) < at) return;
      violate('published-after-stop', `${session}: ${head ?? 'a pull request'}`);
    },
  };
}
