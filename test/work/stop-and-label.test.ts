import { expect, test } from 'vitest';

import type { Ports } from '../../src/work/ports.ts';
import { hearComment } from '../../src/work/hear-comment.ts';
import { takeLabel } from '../../src/work/take-label.ts';
import { openWorld, REPO } from '../ports.ts';

/** An issue on which somebody who may write puts the label and says stop; each is heard when the test lets it. */
async function openIssue() {
  let clock = Date.now();
  const world = await openWorld({ githubClock: () => clock });
  const { ports, repository, person, mona, store, control } = world;
  const sender = { ...mona, isBot: false };
  const said: number[] = [];
  const states = async () => (await store.sessions.latest(9)).map(({ state }) => state);
  return {
    ...{ ports, states },
    passes: () => (clock += 5_000),
    labels: () => person.labels(1),
    says: async () => void said.push(await person.comments(1, '/reeve stop')),
    hearsLabel: (through: Ports = ports) => {
      const issue = { number: 1, title: 'Owls', isOpen: true };
      const event = { kind: 'issue-labeled', repository, sender, issue, label: 'reeve:ready' } as const;
      return takeLabel(through, event, 'delivery:1');
    },
    hearsStop: () => {
      const { createdAt, body } = control.thread(REPO, 1).comments.find(({ id }) => id === said[0])!;
      const comment = { id: said[0]!, body, author: sender, createdAt: Date.parse(createdAt) };
      return hearComment(ports, { kind: 'comment-created', repository, sender, onNumber: 1, isPull: false, comment });
    },
  };
}

const both = async (apartMs: boolean) => {
  const issue = await openIssue();
  await issue.labels();
  if (apartMs) issue.passes();
  await issue.says();
  return issue;
};

test.each([true, false])(
  'a stop that was said after the label holds in any order (seconds apart: %s)',
  async (isApart) => {
    const inOrder = await both(isApart);
    expect([await inOrder.hearsLabel(), await inOrder.hearsStop()]).toEqual(['opened', 'obeyed']);
    expect(await inOrder.hearsLabel()).not.toBe('replied: label-not-now'); // again, after a crash: nothing new to say
    expect(await inOrder.states()).toEqual(['stopped']);

    const turned = await both(isApart);
    expect([await turned.hearsStop(), await turned.hearsLabel()]).toEqual([
      'replied: not-now',
      'replied: label-not-now',
    ]);
    expect(await turned.states()).toEqual([]);
  },
);

test('a stop that is heard in the very middle of hearing the label holds', async () => {
  const issue = await both(true);
  const { sessions } = issue.ports.store;
  const open: typeof sessions.open = async (...wanted) => {
    expect(await issue.hearsStop()).toBe('replied: not-now');
    return sessions.open(...wanted);
  };
  const slow = { ...issue.ports, store: { ...issue.ports.store, sessions: { ...sessions, open } } };
  expect(await issue.hearsLabel(slow)).toBe('stopped meanwhile');
  expect(await issue.states()).toEqual(['stopped']);
});

test('a label that was put there after the stop starts work', async () => {
  const issue = await openIssue();
  await issue.says();
  issue.passes();
  await issue.labels();
  expect([await issue.hearsStop(), await issue.hearsLabel()]).toEqual(['replied: not-now', 'opened']);
  expect(await issue.states()).toEqual(['queued']);
});
