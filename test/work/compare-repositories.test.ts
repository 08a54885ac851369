import { expect, test } from 'vitest';

import { wish } from '../../src/domain/effect/effect.ts';
import type { Session } from '../../src/domain/session/session.ts';
import type { Ports } from '../../src/work/ports.ts';
import { nothingSwept, sweepDeliveries } from '../../src/work/sweep-deliveries.ts';
import { openCompared, received } from '../compared.ts';
import { REPO } from '../ports.ts';
import { asked, finished, granted, judged, launched } from '../sessions.ts';

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

test('after five days without a word: the label, the answer and the merge are found, each once', async () => {
  const { control, person, passes, ports, repository, round, last, stored, store, tell } = await openCompared();
  await person.labels(1);
  passes(5 * DAY_MS);
  expect(await round()).toBe(1);
  expect(await last()).toMatchObject({ state: 'queued', requestedBy: { login: 'mona' } });
  const { id, branch } = (await last())!;

  await showQuestion(ports, repository, await tell(id, granted, launched(), asked('Which?', ['This', 'That'])));
  await person.comments(1, 'b');
  passes(5 * DAY_MS);
  expect(await round()).toBe(1);
  expect(await stored(id)).toMatchObject({ state: 'queued', questions: [{ answer: { option: 1 } }] });

  await person.pushes(branch, { 'owl.txt': 'hoo\n' }, 'Wake the owls');
  const pull = { title: 'Owls', head: branch, base: 'main' };
  const { number } = (await control.act({ as: 'mona', repo: REPO, do: 'open-pull', ...pull })) as { number: number };
  const headSha = control.thread(REPO, number).pull?.headSha ?? '';
  const published = { kind: 'published', pull: { number, headSha } } as const;
  await tell(id, granted, launched(2), finished('Done.', 2), judged(2, headSha), published);
  await person.merges(number);
  passes(5 * DAY_MS);
  expect(await round()).toBe(1);
  expect(await stored(id)).toMatchObject({ state: 'done', mergedBy: { login: 'mona' } });
  expect(await round()).toBe(0);
  expect(await store.deliveries.count()).toMatchObject({ processed: 3, waiting: 0, 'set-aside': 0 });
});

test('an idle repository is asked the very same every time, so that GitHub may say that nothing changed', async () => {
  const { emulator, person, round, passes } = await openCompared();
  await person.labels(1);
  await person.comments(2, 'Just talk');
  await round();
  const asks = async (): Promise<readonly string[]> => {
    const before = emulator.requests().length;
    passes(DAY_MS);
    expect(await round()).toBe(0);
    return emulator
      .requests()
      .slice(before)
      .flatMap(({ method, path }) => (/tokens$/.test(path) ? [] : `${method} ${path}`));
  };
  await asks();
  const second = await asks();
  expect(await asks()).toEqual(second);
  expect(second.map((one) => one.replace(/since=[^&]+/, 'since=T'))).toMatchInlineSnapshot(`
    [
      "GET /app/installations?per_page=100&page=1",
      "GET /installation/repositories?per_page=100&page=1",
      "GET /repos/acme/shop/issues/comments?sort=updated&direction=asc&since=T&per_page=100&page=1",
      "GET /repos/acme/shop/issues?labels=reeve%3Aready&state=open&sort=created&direction=asc&per_page=100&page=1",
      "GET /repos/acme/shop/issues/1",
    ]
  `);
});

test('whether a comparison or the delivery comes first, the end is the same', async () => {
  const {
    control,
    person,
    passes,
    last,
    listen,
    ports,
    round,
    route,
    store,
    control: { thread },
  } = await openCompared();
  await listen();
  // The delivery first.
  await person.labels(1);
  await person.comments(1, '/reeve status');
  await route();
  expect(await round()).toBe(0);
  // The comparison first: the deliveries come by the sweep, once all is over.
  control.addFault({ kind: 'drop-delivery', times: null });
  await person.labels(2);
  await person.comments(2, '/reeve status');
  await person.comments(2, '/reeve stop');
  expect(await round()).toBe(3);
  expect(await last(2)).toMatchObject({ state: 'stopped' });
  passes(MINUTE_MS);
  await person.unlabels(2);
  await person.labels(2);
  expect(await round()).toBe(1);
  control.clearFaults();
  passes(MINUTE_MS);
  const wishes = await store.outbox.count();
  await sweepDeliveries(ports, nothingSwept);
  await route();
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, 'set-aside': 0 });
  expect(await store.outbox.count()).toEqual(wishes);
  expect((await store.sessions.latest(10)).map(({ id, state }) => [id.split('-').slice(1).join('-'), state])).toEqual([
    ['2-2', 'queued'], // the stop that was said to the session before it comes last of all
    ['2-1', 'stopped'],
    ['1-1', 'queued'],
  ]);
  expect(thread(REPO, 1).comments).toHaveLength(1);
});

test('a stop that was written for an earlier session is never heard again by a later one', async () => {
  const { control, person, last, listen, round, route } = await openCompared();
  await listen();
  await person.labels(1);
  await person.comments(1, '/reeve stop');
  await route();
  expect(await last()).toMatchObject({ state: 'stopped' });
  await person.unlabels(1);
  await person.labels(1);
  await route();
  control.setWebhookUrl(null);
  expect(await round()).toBe(0);
  expect(await last()).toMatchObject({ state: 'queued' });
});

test('what was said is heard in its order: a stop before the label stops nothing', async () => {
  const { person, passes, last, round } = await openCompared();
  await person.comments(1, '/reeve stop');
  passes(MINUTE_MS);
  await person.labels(1);
  await person.labels(2);
  passes(MINUTE_MS);
  await person.comments(2, '/reeve stop');
  expect(await round()).toBe(4);
  expect([(await last(1))?.state, (await last(2))?.state]).toEqual(['queued', 'stopped']);
});

test('a label from before the end of a session had its session; one from after it has another', async () => {
  const { control, person, passes, last, listen, round, route, tell } = await openCompared();
  await listen();
  await person.labels(1);
  await route();
  control.setWebhookUrl(null);
  const { id } = (await last())!;
  passes(MINUTE_MS);
  await tell(id, { kind: 'stop-requested', by: { id: 1, login: 'mona' } }); // and the label is not off the issue yet
  expect(await round()).toBe(0);
  passes(MINUTE_MS);
  await person.unlabels(1);
  await person.labels(1);
  expect(await round()).toBe(1);
  expect(await last()).toMatchObject({ state: 'queued', previousId: id });
});

test('work that was forbidden, and an issue that was closed, end their sessions', async () => {
  const { person, last, passes, round } = await openCompared();
  await person.labels(1);
  await person.labels(2);
  await round();
  passes(MINUTE_MS);
  await person.labels(1, 'reeve:never');
  await person.closes(2);
  expect(await round()).toBe(2);
  expect(await last(1)).toMatchObject({ state: 'stopped', why: 'forbidden', by: { login: 'mona' } });
  expect(await last(2)).toMatchObject({ state: 'stopped', why: 'issue-closed', by: { login: 'mona' } });
  expect(await round()).toBe(0);
});

test('who may not write is refused once, an edited comment is no command, and our own words are not compared', async () => {
  const { control, person, ports, repository, round, store, last, passes } = await openCompared();
  await person.labels(1);
  await round();
  await control.act({ as: 'mallory', do: 'comment', repo: REPO, number: 1, body: '/reeve stop' });
  const edited = await person.comments(1, 'Well,');
  passes(MINUTE_MS);
  await person.edits(edited, '/reeve stop');
  await ports.github.createComment(repository, 1, '/reeve stop');
  expect(await round()).toBe(1);
  expect(await round()).toBe(0);
  expect(await last()).toMatchObject({ state: 'queued' });
  expect((await store.outbox.count()).pending).toBe(3); // the card, the label, and one refusal
});

test('a crash at any store of a round loses nothing and doubles nothing', async () => {
  const { person, passes, compare, ports, route, last, store } = await openCompared();
  await person.labels(1);
  passes(MINUTE_MS);
  await person.comments(1, '/reeve status');
  passes(60 * MINUTE_MS); // beyond what a round reads twice in any case
  await person.comments(1, '/reeve stop');
  let crashes = 0;
  for (let hasDied = true; hasDied; crashes += hasDied ? 1 : 0) {
    const process = dyingAfter(crashes, ports);
    const [end] = await Promise.allSettled([compare(process.ports)]);
    hasDied = process.hasDied();
    if (end.status === 'rejected' && !hasDied) throw end.reason;
  }
  expect(crashes).toBeGreaterThan(5);
  expect(await received(store)).toBe(3);
  await route();
  expect(await last()).toMatchObject({ state: 'stopped' });
});

test('a repository that cannot be read keeps no other from its turn, and one that is new begins where it came', async () => {
  const { control, person, passes, round, store, compare, route } = await openCompared();
  await round();
  passes(DAY_MS);
  const sky = {
    owner: 'acme',
    name: 'sky',
    collaborators: { mona: 'write' as const },
    labels: [{ name: 'reeve:ready' }],
  };
  const { id } = await control.addRepository({ ...sky, issues: [{ title: 'Stars', author: 'mona' }] });
  await control.act({ as: 'mona', do: 'label', repo: 'acme/sky', number: 1, label: 'reeve:ready' });
  await person.labels(1);
  control.addFault({ kind: 'status', path: `/repos/${REPO}/issues/comments`, status: 403, message: 'No', times: null });
  expect(await round()).toBe(1);
  expect(await store.sessions.ofIssue(id, 1)).toMatchObject({ state: 'queued' });
  control.clearFaults();
  control.addFault({ kind: 'status', path: '/repos/*/*/issues/comments', status: 502, times: 1 });
  await compare(); // stops at the first one that GitHub is unwell for
  expect(await round()).toBe(1);
  await route();
});

/** The store of a process that is killed just before its write number `writes`. */
function dyingAfter(writes: number, ports: Ports) {
  let left = writes;
  let hasDied = false;
  const beforeWrite = (): void => {
    hasDied ||= left === 0;
    if (hasDied) throw new Error('killed');
    left -= 1;
  };
  const { store } = ports;
  const dyingStore: Ports['store'] = {
    ...store,
    repositories: {
      ...store.repositories,
      see: async (repository) => (beforeWrite(), store.repositories.see(repository)),
      meet: async (repository) => (beforeWrite(), store.repositories.meet(repository)),
    },
    deliveries: {
      ...store.deliveries,
      receive: async (delivery) => (beforeWrite(), store.deliveries.receive(delivery)),
    },
    cursors: { ...store.cursors, advance: async (name, at) => (beforeWrite(), store.cursors.advance(name, at)) },
  };
  return { ports: { ...ports, store: dyingStore }, hasDied: () => hasDied };
}

/** The question of a session stands on its issue, and we know where. */
async function showQuestion(
  { github, store, now }: Ports,
  repository: Parameters<Ports['github']['issue']>[0],
  session: Session,
) {
  const id = await github.createComment(repository, 1, 'Which?');
  const effect = wish(session, { kind: 'question', sessionId: session.id, number: 1 });
  await store.outbox.add([effect], now());
  for (let rounds = 0; rounds < 5; rounds += 1) {
    for (const {
      effect: { key },
    } of await store.outbox.claim({ now: now(), limit: 10 })) {
      await store.outbox.done(key, { remoteId: key === effect.key ? String(id) : null, at: now() });
    }
  }
}
