import type { Effect } from '../../src/domain/effect/effect.ts';
import type { SessionId } from '../../src/domain/ids.ts';
import type { Store } from '../../src/store/store.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import type { Ports } from '../../src/work/ports.ts';
import { selectWork } from '../../src/work/select-work.ts';
import type { Design, Server, World } from './world.ts';

export const product: Design = {
  name: 'product',
  store: (store) => store,
  mayWrite: (mayWrite) => mayWrite,
  jobs: (jobs) => jobs,
  answersFirst: false,
};

/** What a search that is worth anything finds wrong within a few thousand schedules. */
export const controls: readonly Design[] = [
  { ...product, name: 'no-look-before-sending-again', store: withoutLook },
  { ...product, name: 'no-fence', store: withoutFence, mayWrite: () => async () => {} },
  {
    ...product,
    name: 'no-margin-before-sending', // the lease is looked at, and then sent upon however late
    mayWrite: (_, store) => async () => void (await store.lease.held()),
  },
  { ...product, name: 'answer-before-storing', answersFirst: true },
  { ...product, name: 'effects-after-their-state', store: withEffectsLater },
  { ...product, name: 'no-sweep', jobs: (jobs) => ({ ...jobs, sweep: async () => {} }) },
  {
    ...product,
    name: 'no-wait-for-the-last-agent',
    jobs: (jobs, ports) => ({ ...jobs, selection: () => selectWork(withoutEnding(ports)) }),
  },
  {
    ...product,
    name: 'publish-whatever-came-meanwhile',
    jobs: (jobs, ports) => ({ ...jobs, outbox: (_, signal) => performEffects(withoutStops(ports), signal) }),
  },
];

function withoutLook(store: Store): Store {
  const claim: Store['outbox']['claim'] = async (options) =>
    (await store.outbox.claim(options)).map((claimed) => ({ ...claimed, mayBeDone: false }));
  return { ...store, outbox: { ...store.outbox, claim } };
}

function withoutFence(store: Store, world: World, { number }: Server): Store {
  const lease = { ...store.lease, renew: () => store.lease.get() as ReturnType<Store['lease']['renew']> };
  world.unfenced.add(number);
  return { ...store, lease };
}

/** Two transactions where the product has one. */
function withEffectsLater(store: Store, { time, points, weather }: World, { number }: Server): Store {
  const addLater = async (effects: readonly Effect[]): Promise<void> => {
    if (!weather.isClear()) await points.wait(number, 'between state and effects');
    await store.outbox.add(effects, time.now);
  };
  const change: Store['sessions']['change'] = async (id, cause, decide) => {
    let effects: readonly Effect[] = [];
    const result = await store.sessions.change(id, cause, (session) => {
      const decided = decide(session);
      if (decided.outcome !== 'moved') return decided;
      effects = decided.effects;
      return { ...decided, effects: [] };
    });
    if (result.outcome !== 'moved') return result;
    await addLater(effects);
    return { ...result, effects };
  };
  const open: Store['sessions']['open'] = async (issue, cause, build) => {
    let effects: readonly Effect[] = [];
    const result = await store.sessions.open(issue, cause, (facts) => {
      const opened = build(facts);
      effects = opened.effects;
      return { ...opened, effects: [] };
    });
    await addLater(effects);
    return result;
  };
  return { ...store, sessions: { ...store.sessions, change, open } };
}

/** A free slot is given whether or not the last agent on the issue is gone. */
function withoutEnding(ports: Ports): Ports {
  const { store } = ports;
  return { ...ports, store: { ...store, sessions: { ...store.sessions, unsettled: async () => [] } } };
}

/** Whoever publishes takes each session for one that still waits for it. */
function withoutStops(ports: Ports): Ports {
  const { outbox, sessions } = ports.store;
  const publishing = new Map<SessionId, Extract<Effect, { kind: 'publish' }>>();
  const claim: Store['outbox']['claim'] = async (options) => {
    const claimed = await outbox.claim(options);
    for (const { effect } of claimed) if (effect.kind === 'publish') publishing.set(effect.sessionId, effect);
    return claimed;
  };
  const get: Store['sessions']['get'] = async (id) => {
    const session = await sessions.get(id);
    const effect = publishing.get(id);
    if (session?.state !== 'stopped' || !effect) return session;
    const { runId, head } = effect;
    return { ...session, state: 'publishing', runId, step: { kind: 'pushing', head } };
  };
  return { ...ports, store: { ...ports.store, outbox: { ...outbox, claim }, sessions: { ...sessions, get } } };
}
