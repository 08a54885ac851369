import { expect, test } from 'vitest';

import type { Repository } from '../../domain/event/incoming.ts';
import type { Place } from './place.conformance.ts';

const owls: Repository = { id: 5_000_000_001, owner: 'forest', name: 'owls', defaultBranch: 'main', installationId: 9 };

/** What a repository is called now. */
export function describeRepositories({ store, reopen }: Place): void {
  test('a repository that nobody saw is not there', async () => {
    expect(await store().repositories.get(owls.id)).toBeNull();
  });

  test('the latest call counts, also after the store was opened again', async () => {
    await store().repositories.see(owls);
    const renamed: Repository = { id: owls.id, owner: 'wood', name: 'owl', defaultBranch: 'trunk', installationId: 10 };
    await store().repositories.see(renamed);
    expect(await (await reopen()).repositories.get(owls.id)).toEqual(renamed);
  });

  test('whoever meets it first counts: meeting it again changes nothing, and gives what is known', async () => {
    expect(await store().repositories.meet(owls)).toEqual(owls);
    expect(await store().repositories.meet({ ...owls, name: 'owl', installationId: 10 })).toEqual(owls);
    expect(await (await reopen()).repositories.get(owls.id)).toEqual(owls);
  });

  test('its id is its identity: two may carry one name after another', async () => {
    await store().repositories.see(owls);
    await store().repositories.see({ ...owls, id: 6, installationId: 7 });
    expect(await store().repositories.get(owls.id)).toEqual(owls);
    expect(await store().repositories.get(6)).toMatchObject({ name: 'owls', installationId: 7 });
  });

  test('it is found by its name as people write it; of two the newer one is meant', async () => {
    expect(await store().repositories.named('forest', 'owls')).toBeNull();
    await store().repositories.see({ ...owls, id: 6 });
    await store().repositories.see(owls);
    expect(await store().repositories.named('Forest', 'OWLS')).toEqual(owls);
    expect(await store().repositories.named('forest', 'owl')).toBeNull();
  });
}
