import { expect, test } from 'vitest';

import { foundClosed, foundComment, foundLabeling, type FoundDelivery } from './found-delivery.ts';
import type { ThreadFacts } from './github.ts';
import { parseDelivery } from './webhook.ts';

const repository = { id: 5, owner: 'acme', name: 'shop', defaultBranch: 'main', installationId: 9 };
const mona = { id: 11, login: 'mona', type: 'User' };
const sender = { id: 11, login: 'mona', isBot: false };
const open: ThreadFacts = { number: 7, title: 'Owls', isPull: false, isMerged: false, labels: [], closed: null };
const closed: ThreadFacts = { ...open, closed: { at: 3_000, by: mona } };
const pull: ThreadFacts = { ...closed, isPull: true };

const told = (found: FoundDelivery | null) => {
  const { id, event, payload, at } = found!;
  const parsed = parseDelivery(event, payload);
  return [id, at, parsed.kind === 'event' ? parsed.event : parsed];
};

test.each([true, false])('a comment (on a pull request: %s) is told as its webhook would have told it', (isPull) => {
  const comment = { id: 3, onNumber: 7, isPull, body: '/reeve stop', author: mona, createdAt: 1_000, updatedAt: 1_000 };
  const said = { id: 3, body: '/reeve stop', author: sender, createdAt: 1_000 };
  expect(told(foundComment(repository, comment))).toEqual([
    'compare:comment:3',
    1_000,
    { kind: 'comment-created', repository, sender, onNumber: 7, isPull, comment: said },
  ]);
});

test('so is a label', () => {
  const labeling = { id: 4, label: 'reeve:ready', at: 2_000, by: mona };
  const issue = { number: 7, title: 'Owls', isOpen: true };
  expect(told(foundLabeling(repository, open, labeling))).toEqual([
    'compare:label:4',
    2_000,
    { kind: 'issue-labeled', repository, sender, issue, label: 'reeve:ready' },
  ]);
});

const ghost = { id: 10_137, login: 'ghost', isBot: false };
const person = { id: 11, login: 'mona' };
test.each<[string, ThreadFacts, unknown]>([
  ['issue', closed, { kind: 'issue-closed', repository, sender, issue: { number: 7, title: 'Owls', isOpen: false } }],
  ['pull request', pull, { kind: 'pull-closed', repository, sender, pullNumber: 7, isMerged: false, mergedBy: null }],
  [
    'merged pull request',
    { ...pull, isMerged: true },
    { kind: 'pull-closed', repository, sender, pullNumber: 7, isMerged: true, mergedBy: person },
  ],
  [
    'pull request that nobody we know merged',
    { ...pull, isMerged: true, closed: { at: 3_000, by: null } },
    { kind: 'pull-closed', repository, sender: ghost, pullNumber: 7, isMerged: true, mergedBy: null },
  ],
])('so is a closed %s, each closing under an id of its own', (_, thread, event) => {
  expect(told(foundClosed(repository, thread))).toEqual(['compare:closed:5:7:3000', 3_000, event]);
});

test('what is open was not closed', () => {
  expect(foundClosed(repository, open)).toBeNull();
});
