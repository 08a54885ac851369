import { expect, test } from 'vitest';

import { doubtOf, type Effect } from '../../domain/effect/effect.ts';
import type { Repository } from '../../domain/event/incoming.ts';
import type { Place as GitHubPlace } from '../../domain/place.ts';
import type { Place } from './place.conformance.ts';
import { open, repositoryId, steps, happen } from './stories.conformance.ts';
import { claim, claimKeys, drain, refusal, wishes } from './wishes.conformance.ts';

const owls: Repository = { id: repositoryId, owner: 'forest', name: 'owls', defaultBranch: 'main', installationId: 9 };
const places = {
  installation: { kind: 'installation', installationId: 9 },
  selection: { kind: 'selection', installationId: 9, repositoryId },
  repository: { kind: 'repository', repositoryId },
  issue: { kind: 'issue', repositoryId, issueNumber: 7 },
} as const satisfies Readonly<Record<string, GitHubPlace>>;
const closing = { why: 'app-suspended', at: 1_000 } as const;

/** What is closed, and what that does to wishes. */
export function describePlaces({ store, reopen }: Place): void {
  const add = (...effects: readonly Effect[]): Promise<void> => store().outbox.add(effects, 100);

  test.each(Object.entries(places))('a closed %s closes what is in it, until it is opened', async (kind, place) => {
    await store().repositories.see(owls);
    expect(await store().places.closureOf(repositoryId, 7)).toBeNull();
    await store().places.close(place, closing);
    const { places: kept } = await reopen();
    expect(await kept.closureOf(repositoryId, 7)).toEqual({ place, why: 'app-suspended', lookedAt: 1_000 });
    expect((await kept.closureOf(repositoryId, null)) === null).toBe(kind === 'issue');
    expect((await kept.closureOf(repositoryId, 8)) === null).toBe(kind === 'issue');
    expect(await kept.open(place)).toBe(true);
    expect(await kept.open(place)).toBe(false);
    expect(await kept.closureOf(repositoryId, 7)).toBeNull();
  });

  test('the widest closed place is told; closed again, it keeps its reason and the later look', async () => {
    await store().repositories.see(owls);
    await store().places.close(places.issue, { why: 'issue-locked', at: 1 });
    await store().places.close(places.installation, { why: 'app-suspended', at: 5 });
    await store().places.close(places.installation, { why: 'app-uninstalled', at: 7 });
    await store().places.close(places.installation, { why: 'app-suspended', at: 6 });
    const told = { place: places.installation, why: 'app-suspended', lookedAt: 7 };
    expect(await store().places.closureOf(repositoryId, 7)).toEqual(told);
  });

  test('under another installation a repository is open', async () => {
    await store().repositories.see(owls);
    await store().places.close(places.installation, closing);
    await store().places.close(places.selection, closing);
    await store().repositories.see({ ...owls, installationId: 10 });
    expect(await store().places.closureOf(repositoryId, 7)).toBeNull();
  });

  test('a repository that nobody saw is open', async () => {
    await store().places.close(places.repository, closing);
    expect(await store().places.closureOf(repositoryId, 7)).toBeNull();
  });

  test.each(Object.entries(places))('closing a %s revokes what waits in it, and no other wish', async (kind, place) => {
    await store().repositories.see(owls);
    const far = { ...wishes.card({ issue: 9 }), repositoryId: 6 };
    await add(wishes.card(), wishes.labels(), wishes.card({ issue: 8 }), far);
    const revoked = kind === 'issue' ? 2 : 3;
    expect(await store().places.close(place, closing)).toBe(revoked);
    expect(await store().outbox.count()).toMatchObject({ pending: 4 - revoked, failed: 0, revoked });
    expect(await store().outbox.failed(9)).toEqual([]);
    expect(await claimKeys(store())).toContain(far.key);
  });

  test('what is being sent is left alone; what may have been sent comes back to be looked up', async () => {
    await store().repositories.see(owls);
    await add(wishes.card(), wishes.card({ issue: 8 }));
    await claim(store());
    await store().outbox.defer(wishes.card().key, { retryAt: 0, wasSent: true, error: '502' });
    expect(await store().places.close(places.repository, closing)).toBe(1);
    expect(await store().outbox.count()).toMatchObject({ sending: 1, revoked: 1 });
    await store().places.open(places.repository);
    expect(await claim(await reopen())).toMatchObject([{ effect: { key: wishes.card().key }, mayBeDone: true }]);
  });

  test('opening brings back what shows the present, the newest for each slot, and nothing else', async () => {
    await store().repositories.see(owls);
    await add(
      wishes.card({ version: 1 }),
      wishes.labels(),
      wishes.publish(),
      wishes.reply(),
      wishes.react(),
      refusal('1'),
    );
    await store().places.close(places.repository, closing);
    await add(wishes.card({ version: 2 }));
    await store().outbox.revoke(wishes.card({ version: 2 }).key, { why: 'app-suspended', at: 2_000 });
    expect(await store().outbox.count()).toMatchObject({ pending: 0, failed: 0, revoked: 7 });
    await store().places.open(places.repository);
    expect(await drain(store())).toEqual([wishes.labels().key, wishes.card({ version: 2 }).key]);
    expect(await store().outbox.count()).toMatchObject({ done: 2, failed: 0, revoked: 5 });
  });

  test('what was shown meanwhile does not come back, nor what is on an issue that is closed itself', async () => {
    await store().repositories.see(owls);
    await add(wishes.card({ version: 1 }), wishes.card({ issue: 8 }));
    await store().places.close(places.repository, closing);
    await store().places.close({ ...places.issue, issueNumber: 8 }, { why: 'issue-deleted', at: 1_000 });
    await add(wishes.card({ version: 2 }));
    await drain(store());
    await store().places.open(places.repository);
    expect(await claimKeys(store())).toEqual([]);
    await store().places.open({ ...places.issue, issueNumber: 8 });
    expect(await claimKeys(store())).toEqual([wishes.card({ issue: 8 }).key]);
  });

  test('a look for a second one is nothing that was shown meanwhile', async () => {
    await store().repositories.see(owls);
    const card = wishes.card();
    const doubt = doubtOf(card, { sentAt: 1_000, lookAt: 5_000, place: { on: 'thread', number: 7 } });
    await add(card);
    await claimKeys(store());
    await store().outbox.again(card.key, { at: 1_000, doubts: [doubt] });
    await store().outbox.defer(card.key, { retryAt: 1_000, wasSent: true, error: '502' });
    await store().places.close(places.repository, closing);
    await store().places.open(places.repository);
    expect(await claimKeys(store())).toEqual([card.key]);
  });

  test('an end stays as it is when it is revoked', async () => {
    await add(wishes.card());
    await drain(store());
    await store().outbox.revoke(wishes.card().key, { why: 'gone', at: 2_000 });
    expect(await store().outbox.count()).toMatchObject({ done: 1, revoked: 0 });
  });

  test('the repositories of an installation, page by page', async () => {
    for (const id of [3, 1, 2]) await store().repositories.see({ ...owls, id });
    await store().repositories.see({ ...owls, id: 4, installationId: 8 });
    const idsAfter = async (afterId: number, limit: number): Promise<readonly number[]> =>
      (await store().repositories.ofInstallation(9, { afterId, limit })).map(({ id }) => id);
    expect(await idsAfter(0, 2)).toEqual([1, 2]);
    expect(await idsAfter(2, 2)).toEqual([3]);
  });

  test('the sessions of a repository in some states, newest first', async () => {
    const one = await open(store(), 1);
    const two = await open(store(), 2);
    await happen(store(), one.id, steps.slot);
    const idsIn = async (...states: readonly ('queued' | 'preparing')[]): Promise<readonly string[]> =>
      (await store().sessions.inRepository(repositoryId, states, 9)).map(({ id }) => id);
    expect(await idsIn('queued', 'preparing')).toEqual([two.id, one.id]);
    expect(await idsIn('preparing')).toEqual([one.id]);
    expect(await store().sessions.inRepository(6, ['queued'], 9)).toEqual([]);
  });
}
