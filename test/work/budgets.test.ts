import { expect, test } from 'vitest';

import { OPERATOR } from '../../src/domain/people.ts';
import { renewBudgets, settleBudgets } from '../../src/work/budgets.ts';
import { moveSession } from '../../src/work/move-session.ts';
import { openWork } from '../../src/work/open-work.ts';
import { selectWork } from '../../src/work/select-work.ts';
import { settleSession } from '../../src/work/settle-session.ts';
import { ample } from '../budgets.ts';
import { openWorld } from '../ports.ts';
import { answered, finished, launched } from '../sessions.ts';

const DAY_MS = 86_400_000;
const limits = ample.limits['server-day'];
const budgets = {
  ...ample,
  run: { ...ample.run, costMicroUsd: 1_000_000 },
  limits: { ...ample.limits, 'server-day': { ...limits, costMicroUsd: 1_000_000 } },
};

test('of two sessions one gets the last dollar, and the other asks; an answer adds once, and the next day adds by itself', async () => {
  const { ports, store, repository, mona, stored, time, tell } = await openWorld({ slots: 3, budgets });
  const open = async (issueNumber: number) => {
    const where = { repositoryId: repository.id, issueNumber, title: 'Owls', by: mona, cause: `label:${issueNumber}` };
    return (await openWork(ports, where)).session.id;
  };
  const [first, second, third] = [await open(1), await open(2), await open(3)];
  await selectWork(ports);
  expect(await stored(first)).toMatchObject({ state: 'preparing', runs: [{ reserved: { costMicroUsd: 1_000_000 } }] });
  const waiting = { state: 'waiting', on: { kind: 'budget' } };
  expect(await stored(second)).toMatchObject({ ...waiting, questions: [{ budget: { used: 1_000_000 } }] });
  expect(await stored(third)).toMatchObject(waiting);

  const yes = { ...answered('1', 0), answer: { ...answered('1', 0).answer, by: OPERATOR, at: time.now } };
  await moveSession(ports, second, 'comment:1', { ...yes, at: time.now });
  await selectWork(ports);
  await selectWork(ports);
  expect(await stored(second)).toMatchObject({ state: 'preparing' });

  await tell(first, launched(), finished('Done.')); // it cost 42 cents, and the rest is free again
  await settleBudgets(ports);
  expect((await store.budget.open(9)).map(({ sessionId }) => sessionId)).toEqual([second]);

  await renewBudgets(ports);
  expect(await stored(third)).toMatchObject(waiting);
  time.now += DAY_MS;
  await renewBudgets(ports);
  await selectWork(ports);
  expect(await stored(third)).toMatchObject({ state: 'preparing' });
});

test('a run that was stopped before its launch counts with nothing', async () => {
  const { ports, repository, mona, stored, tell } = await openWorld({ slots: 3, budgets });
  const open = async (issueNumber: number) => {
    const where = { repositoryId: repository.id, issueNumber, title: 'Owls', by: mona, cause: `label:${issueNumber}` };
    return (await openWork(ports, where)).session.id;
  };
  const first = await open(1);
  await selectWork(ports);
  await tell(first, { kind: 'stop-requested', by: mona });
  await settleSession(ports, await stored(first));
  const second = await open(2);
  await selectWork(ports);
  expect(await stored(second)).toMatchObject({ state: 'preparing', runs: [{ reserved: { costMicroUsd: 1_000_000 } }] });
});
