import { expect, test } from 'vitest';

import { wish } from '../../src/domain/effect/effect.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { openCompared } from '../compared.ts';
import { REPO } from '../ports.ts';
import { finished, granted, judged, launched } from '../sessions.ts';

/** A session in review whose check is wished for, on a GitHub that has its pull request. */
async function inReview() {
  const world = await openCompared();
  const { control, emulator, person, ports, round, listen, last, tell, store, time } = world;
  await listen();
  await person.labels(1);
  await round();
  const { id, branch } = (await last())!;
  await person.pushes(branch, { 'owl.txt': 'hoo\n' }, 'Wake the owls');
  const pull = { title: 'Owls', head: branch, base: 'main' };
  const { number } = (await control.act({ as: 'mona', repo: REPO, do: 'open-pull', ...pull })) as { number: number };
  const headSha = control.thread(REPO, number).pull?.headSha ?? '';
  const published = { kind: 'published', pull: { number, headSha } } as const;
  const session = await tell(id, granted, launched(), finished('Done.'), judged(1, headSha), published);
  const perform = () => performEffects(ports, new AbortController().signal);
  const shown = () => control.checkRuns(REPO).map((run) => [run['external_id'], run['status'], run['conclusion']]);
  const written = () => emulator.requests().filter(({ path }) => path.includes('/check-runs/')).length;
  await store.outbox.add([wish(session, { kind: 'check', sessionId: id, headSha })], time.now);
  return { ...world, id, branch, number, headSha, perform, shown, written };
}

test('a check that GitHub lost or shows as running is put back, and what is as we believe costs nothing new', async () => {
  const { id, headSha, perform, shown, written, ports, repository, round, store, time } = await inReview();
  const ready = [[id, 'completed', 'success']];
  await round(); // it is not sent yet: nothing to compare
  expect(await store.outbox.count()).toMatchObject({ superseded: 0 });
  await perform();
  expect(shown()).toEqual(ready);
  await round();
  await perform();
  expect([shown(), written()]).toEqual([ready, 0]);

  const [check] = await ports.github.findChecks(repository, headSha, id);
  const looks = { name: 'Reeve', title: 'Working', summary: '', startedAt: time.now, actions: [] };
  const working = { ...looks, status: 'in_progress' } as const;
  await ports.github.updateCheck(repository, check!.id, { ...working, externalId: id });
  await round();
  await perform();
  expect([shown(), written()]).toEqual([ready, 2]);
  await ports.github.updateCheck(repository, check!.id, { ...working, externalId: 'another' });
  await round();
  await round(); // it is wished for already
  await perform();
  await round();
  await perform();
  expect([shown(), written()]).toEqual([ready, 4]);
  expect(await store.outbox.count()).toMatchObject({ pending: 0, failed: 0, superseded: 0 });
});

test('a commit of somebody else moves nothing, and is told of once', async () => {
  const { id, branch, number, headSha, perform, written, control, person, round, store, last } = await inReview();
  await perform();
  await person.pushes(branch, { 'owl.txt': 'hoo hoo\n' }, 'Louder');
  const theirs = control.thread(REPO, number).pull?.headSha ?? '';
  await round();
  await perform();
  expect(await store.facts.isHeard(`head:${id}:${theirs}`)).toBe(true);
  expect([await last(), written()]).toMatchObject([{ state: 'reviewing', pull: { headSha } }, 0]);
});
