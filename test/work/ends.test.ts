import { expect, test } from 'vitest';

import { acme, all, HOUR_MS, issues, only, openWork, type Act } from '../phases.ts';
import { REPO } from '../ports.ts';

const three = { ...acme, number: 3 } as const;

type Case = {
  readonly acts: readonly Act[];
  /** What becomes of each session when GitHub tells us. */
  readonly told: readonly string[];
  /** And when no delivery ever comes. */
  readonly untold?: readonly string[];
  /** How it is undone, and where the repository is then. */
  readonly undone?: { readonly acts: readonly Act[]; readonly repo?: string };
};

const cases: Readonly<Record<string, Case>> = {
  'the App is suspended': {
    acts: [{ ...acme, do: 'suspend' }],
    told: all('app-suspended'),
    undone: { acts: [{ ...acme, do: 'unsuspend' }] },
  },
  'the App is uninstalled': {
    acts: [{ ...acme, do: 'uninstall' }],
    told: all('app-uninstalled'),
    undone: { acts: [{ ...acme, do: 'install' }] },
  },
  'the repository is taken out of the installation': {
    acts: [{ ...acme, do: 'deselect' }],
    told: all('repository-out-of-reach'),
    undone: { acts: [{ ...acme, do: 'install' }] },
  },
  'the repository is archived': {
    acts: [{ ...acme, do: 'archive-repository' }],
    told: all('repository-archived'),
    undone: { acts: [{ ...acme, do: 'unarchive-repository' }] },
  },
  'the repository is deleted': {
    acts: [{ ...acme, do: 'delete-repository' }],
    told: all('repository-deleted'),
    untold: all('repository-out-of-reach'),
  },
  'the repository is transferred to where the App is not': {
    acts: [{ ...acme, do: 'transfer-repository', to: 'zoo' }],
    told: all('repository-out-of-reach'),
  },
  'the issue is transferred': {
    acts: [{ ...three, do: 'transfer-issue', to: 'acme/attic' }],
    told: only(3, 'issue-transferred'),
  },
  'the issue is deleted': { acts: [{ ...three, do: 'delete-issue' }], told: only(3, 'issue-deleted') },
  'the issue is locked': {
    acts: [{ ...three, do: 'lock' }],
    told: only(3, 'issue-locked'),
    undone: { acts: [{ ...three, do: 'unlock' }] },
  },
};

const isWhole = ({ told }: Case): boolean => new Set(told).size === 1;

test.each(Object.entries(cases))('%s: work ends, and nothing is written there any more', async (_, one) => {
  const { acts, told, undone } = one;
  const world = await openWork({ isTold: true });
  const { act, wishCards, route, perform, states, writes, verify, time, control, store } = world;
  await control.addRepository({ owner: 'acme', name: 'attic' });
  await wishCards();
  await act(...acts);
  await route();
  expect(await states()).toEqual(told);
  writes();
  for (const end = time.now + HOUR_MS; time.now < end; time.now += HOUR_MS / 4) await perform();
  const written = writes();
  expect(written.filter((line) => isWhole(one) || /issues\/3\b/.test(line))).toEqual([]);
  expect((await store.outbox.count()).revoked).toBeGreaterThan(0);
  expect(await verify()).toMatchObject({ effects: { pending: 0, sending: 0, unknown: 0, failed: 0 }, problems: [] });

  if (!undone) return;
  await act(...undone.acts);
  await act({ as: 'mona', do: 'label', repo: REPO, number: 3, label: 'reeve:ready' });
  await route();
  expect((await store.sessions.ofIssue(world.repository.id, 3))?.state).toBe('queued');
  await perform();
  const shown = isWhole(one) ? issues : [3];
  const cards = shown.map((number) => control.thread(REPO, number).comments[0]?.body ?? '');
  const headlines = cards.map((card) => /### Reeve · ([^:\n]*)/.exec(card)?.[1]);
  const isNew = (issue: number): boolean => issue === 3;
  expect(headlines).toEqual(shown.map((issue) => (isNew(issue) ? 'Waiting for a free slot' : 'Stopped')));
  expect(await verify()).toMatchObject({ effects: { pending: 0, failed: 0 }, problems: [] });
});

test.each(Object.entries(cases))('%s, and no delivery tells of it: the first refusal does', async (_, one) => {
  const { acts, told, untold = told } = one;
  const { act, wishCards, perform, states, writes, verify, time, control } = await openWork({ isTold: false });
  await control.addRepository({ owner: 'acme', name: 'attic' });
  await wishCards();
  await act(...acts);
  await perform();
  expect(await states()).toEqual(untold);
  writes();
  for (const end = time.now + HOUR_MS; time.now < end; time.now += HOUR_MS / 4) await perform();
  expect(writes().filter((line) => isWhole(one) || /issues\/3\b/.test(line))).toEqual([]);
  expect(await verify()).toMatchObject({ effects: { pending: 0, sending: 0, unknown: 0, failed: 0 }, problems: [] });
});
