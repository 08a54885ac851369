import { randomUUID } from 'node:crypto';

import { wish } from '../src/domain/effect/effect.ts';
import { sessionIdOf } from '../src/domain/ids.ts';
import type { ClosureReason } from '../src/domain/place.ts';
import { openSession } from '../src/domain/session/open.ts';
import type { Session, SessionEvent } from '../src/domain/session/session.ts';
import type { Control } from '../src/emulator/control.ts';
import { performEffects } from '../src/work/perform-effects.ts';
import { routeDeliveries } from '../src/work/route-deliveries.ts';
import { routeDelivery } from '../src/work/route-delivery.ts';
import { verifyHome } from '../src/work/verify-home.ts';
import { openWorld, REPO } from './ports.ts';
import { asked, broke, finished, granted, judged, launched, published, type Told } from './sessions.ts';
import { readDelivery, usualRouting } from './routing.ts';

export type Act = Parameters<Control['act']>[0];

/** A session in each phase, on an issue of its own from #1 on. */
const phasesAt = (head: string): Readonly<Record<string, readonly Told<SessionEvent>[]>> => ({
  queued: [],
  preparing: [granted],
  working: [granted, launched()],
  waiting: [granted, launched(), asked('Which owl?')],
  publishing: [granted, launched(), finished('Done.'), judged()],
  reviewing: [granted, launched(), finished('Done.'), judged(1, head), published(head)],
  retrying: [granted, launched(), broke('lost', 'gone')],
});
export const phases = phasesAt('');
export const issues = Object.keys(phases).map((_, index) => index + 1);
export const HOUR_MS = 3_600_000;

/** A world with work in every phase, of which GitHub has been told nothing yet. */
export async function openWork({ isTold }: { readonly isTold: boolean }) {
  const world = await openWorld();
  const { control, emulator, ports, store, repository, mona, time } = world;
  if (isTold) await world.listen();
  for (const title of issues.slice(3)) {
    await control.act({ as: 'mona', do: 'open-issue', repo: REPO, title: `Bird ${title}` });
  }
  const sessions: Session[] = [];
  const main = (await world.person.asks('/git/ref/heads/main')) as { readonly object: { readonly sha: string } };
  for (const [index, events] of Object.values(phasesAt(main.object.sha)).entries()) {
    const issueNumber = index + 1;
    const issue = { repositoryId: repository.id, issueNumber };
    const { session } = await store.sessions.open(issue, `label:${issueNumber}`, ({ ordinal }) => ({
      ...openSession({
        ...{ ...issue, id: sessionIdOf(repository.id, issueNumber, ordinal), title: 'Owls', previousId: null },
        ...{ requestedBy: mona, conversationId: randomUUID(), at: time.now },
      }),
      effects: [],
    }));
    sessions.push(await world.tell(session.id, ...events));
  }
  const perform = () => performEffects(ports, new AbortController().signal);
  const route = async (): Promise<void> => {
    await emulator.settled();
    await routeDeliveries(ports, usualRouting(ports), new AbortController().signal);
  };
  await route();
  let seen = 0;
  return {
    ...world,
    perform,
    route,
    act: (...acts: readonly Act[]) =>
      acts.reduce<Promise<unknown>>((done, one) => done.then(() => control.act(one)), Promise.resolve()),
    /** Wishes for the card of each session. */
    wishCards: () =>
      store.outbox.add(
        sessions.map((session) => wish(session, { kind: 'card', sessionId: session.id })),
        time.now,
      ),
    /** A comment that was made while the repository had its first name comes only now. */
    deliverOld: async () => {
      const sender = { ...mona, type: 'User' };
      const payload = JSON.stringify({
        ...{ action: 'created', sender, installation: { id: repository.installationId } },
        repository: { id: repository.id, name: 'shop', owner: { login: 'acme' }, default_branch: 'main' },
        issue: { number: 1, title: 'Owls', state: 'open' },
        comment: { id: 1, body: 'Nice.', user: sender, created_at: '2026-11-20T09:12:00Z' },
      });
      await routeDelivery(ports, readDelivery('issue_comment', payload)).catch(() => {});
    },
    states: async () => (await Promise.all(sessions.map(({ id }) => world.stored(id)))).map(whyOf),
    /** The writes that GitHub was asked for since the last look. */
    writes: () => {
      const all = emulator.requests();
      const fresh = all
        .slice(seen)
        .filter(({ method, path, actor }) => method !== 'GET' && !path.startsWith('/app/') && actor.includes('[bot]'));
      seen = all.length;
      return fresh.map(({ method, path, status }) => `${method} ${path} ${status}`);
    },
    verify: () => verifyHome(store, { workspaces: async () => [] }),
  };
}

const whyOf = (session: Session): string => (session.state === 'stopped' ? session.why : session.state);
export const all = (why: ClosureReason): readonly string[] => issues.map(() => why);
export const only = (issue: number, why: ClosureReason): readonly string[] =>
  Object.keys(phases).map((state, index) => (index + 1 === issue ? why : state));
export const acme = { as: 'acme', repo: REPO } as const;
