import { expect, test } from 'vitest';

import { wish } from '../../src/domain/effect/effect.ts';
import { runIdOf } from '../../src/domain/ids.ts';
import { UnknownOutcomeError } from '../../src/github/errors.ts';
import { moveSession } from '../../src/work/move-session.ts';
import { publishRun } from '../../src/work/publish-run.ts';
import { eventually, openWorld, REPO } from '../ports.ts';
import { finished, granted, judged, launched } from '../sessions.ts';

const pullsPath = `/repos/${REPO}/pulls`;
const FAR_BACK_MS = 3_600_000;
const IN_FLIGHT_MS = 2_000; // far more than a stop takes to be stored

/** A session whose checked commits are to be published. */
async function pushing() {
  const world = await openWorld();
  const { ports, control } = world;
  const begun = await world.session(granted, launched(), finished('Done.'));
  const repo = await world.workspace(begun);
  const head = await world.work(begun, repo, 'one\n');
  const session = await world.tell(begun.id, judged(1, head));
  return {
    ...world,
    ...{ id: session.id, branch: session.branch, session, repo, head },
    publish: (of = head, attempt = 1) => {
      const body = { kind: 'publish', sessionId: session.id, runId: runIdOf(session.id, attempt), head: of } as const;
      return publishRun(ports, { ...wish(session, body), ...body });
    },
    pulls: () => control.threads(REPO).filter(({ isPull }) => isPull),
  };
}

test('what is stopped during the push opens no pull request', async () => {
  const { ports, id, mona, time, stored, publish, pulls, holdPushes, sent } = await pushing();
  const push = holdPushes();
  const published = publish();
  await push.arrived();
  await moveSession(ports, id, 'comment:1', { kind: 'stop-requested', by: mona, at: time.now });
  push.letGo();
  await published;
  expect(sent('POST', /git-receive-pack/)).toBeGreaterThan(0);
  expect(pulls()).toEqual([]);
  expect(await stored(id)).toMatchObject({ state: 'stopped', pull: null });
});

test.each<[string, boolean]>([
  ['whose answer comes', true],
  ['whose answer never comes', false],
])('a pull request %s while the session is stopped is known to it', async (_, isAnswered) => {
  const { ports, control, store, repository, id, head, mona, time, stored, publish, pulls, sent } = await pushing();
  const creation = { method: 'POST', path: pullsPath } as const;
  const slow = control.addFault({ kind: 'delay', ...creation, ms: IN_FLIGHT_MS });
  if (!isAnswered) control.addFault({ kind: 'reset', ...creation, when: 'after' });

  const published = publish().catch((error: unknown) => error);
  await eventually(() => expect(control.faults().find((one) => one.id === slow)).toMatchObject({ struck: 1 }));
  await moveSession(ports, id, 'comment:1', { kind: 'stop-requested', by: mona, at: time.now });
  expect(sent('POST', /\/pulls$/)).toBe(0); // GitHub has not answered yet
  const outcomes = [await published];
  if (!isAnswered) outcomes.push(await publish());

  expect(pulls()).toHaveLength(1);
  const number = pulls()[0]!.number;
  expect(outcomes.map(nameOf)).toEqual(isAnswered ? [`${number}`] : ['UnknownOutcomeError', `${number}`]);
  expect(await stored(id)).toMatchObject({ state: 'stopped', pull: { number, headSha: head } });
  expect(await store.sessions.ofPull(repository.id, number)).toMatchObject({ id });
});

test('a pull request that the list does not show yet is waited for', async () => {
  const { control, id, stored, publish, pulls } = await pushing();
  control.addFault({ kind: 'status', method: 'POST', path: pullsPath, status: 502, when: 'after' });
  await expect(publish()).rejects.toThrow(UnknownOutcomeError);
  control.addFault({ kind: 'stale', method: 'GET', path: pullsPath, ms: FAR_BACK_MS });
  await expect(publish()).rejects.toThrow(expect.objectContaining({ name: 'TransientError' }));
  expect(await stored(id)).toMatchObject({ state: 'publishing' });
  await publish();
  expect(pulls()).toHaveLength(1);
  expect(await stored(id)).toMatchObject({ state: 'reviewing', pull: { number: pulls()[0]?.number } });
});

test('a merged pull request of an earlier life of the branch does not stand for this work', async () => {
  const { control, id, branch, head, person, stored, publish, pulls } = await pushing();
  const as = { as: 'mona', repo: REPO } as const;
  await control.act({ ...as, do: 'push', branch, files: { 'old.txt': 'old\n' }, message: 'Before this home' });
  await control.act({ ...as, do: 'open-pull', title: 'Before this home', head: branch, base: 'main' });
  await person.merges(pulls()[0]!.number);
  await control.act({ ...as, do: 'delete-branch', branch });
  await publish();
  expect(pulls().map(({ state }) => state)).toEqual(['merged', 'open']);
  expect(await stored(id)).toMatchObject({ state: 'reviewing', pull: { number: pulls()[1]?.number, headSha: head } });
});

test('a round that goes back to a commit that was published before ends in review as well', async () => {
  const { id, session, repo, head, mona, stored, tell, work, publish, pulls } = await pushing();
  const retry = { kind: 'retry-requested', by: mona } as const;
  await publish();
  const other = await work(session, repo, 'two\n');
  await tell(id, retry, granted, launched(2), finished('Done.', 2), judged(2, other));
  await publish(other, 2);
  expect(pulls()[0]?.pull).toMatchObject({ headSha: other });
  await tell(id, retry, granted, launched(3), finished('Done.', 3), judged(3, head));
  await publish(head, 3);
  expect(pulls()[0]?.pull).toMatchObject({ headSha: head });
  expect(await stored(id)).toMatchObject({ state: 'reviewing', pull: { headSha: head } });
});

function nameOf(outcome: unknown): unknown {
  return outcome instanceof Error ? outcome.name : outcome;
}
