import { expect, test } from 'vitest';

import { git, openWorld, refusal, seed, shop } from './world.ts';

test('an issue goes through its life, and its timeline tells it', async () => {
  const { asBot, as, emulator, names } = await openWorld();
  const { data: issue } = await as('mallory').issues.create({
    ...shop,
    title: 'A question',
    body: 'Like #1?',
    labels: ['bug'],
    assignees: ['ada'],
  });
  expect(issue).toMatchObject({ number: 2, labels: [], assignees: [], author_association: 'NONE', state: 'open' });
  await asBot.issues.update({ ...shop, issue_number: 2, title: 'A better question' });
  await asBot.issues.addLabels({ ...shop, issue_number: 2, labels: ['bug', 'brand new'] });
  await asBot.issues.setLabels({ ...shop, issue_number: 2, labels: ['brand new'] });
  await asBot.issues.addAssignees({ ...shop, issue_number: 2, assignees: ['ada', 'mallory'] });
  await asBot.issues.createComment({ ...shop, issue_number: 2, body: 'Noted.' });
  await asBot.issues.update({ ...shop, issue_number: 2, state: 'closed', state_reason: 'not_planned' });
  await as('mallory').issues.update({ ...shop, issue_number: 2, state: 'open' });

  const { data: timeline } = await asBot.issues.listEventsForTimeline({ ...shop, issue_number: 2 });
  expect(timeline.map((line) => line.event)).toEqual([
    'renamed',
    'labeled',
    'labeled',
    'unlabeled',
    'assigned',
    'commented',
    'closed',
    'reopened',
  ]);
  const { data: mentioned } = await asBot.issues.listEventsForTimeline({ ...shop, issue_number: 1 });
  expect(mentioned.map((line) => line.event)).toEqual(['labeled', 'cross-referenced']);
  const { data: events } = await asBot.issues.listEvents({ ...shop, issue_number: 2 });
  expect(events).toHaveLength(7);
  await asBot.issues.listEventsForRepo(shop);

  await emulator.settled();
  expect(names()).toEqual([
    'issues.opened',
    'issues.edited',
    'label.created',
    'issues.labeled',
    'issues.labeled',
    'issues.unlabeled',
    'issues.assigned',
    'issue_comment.created',
    'issues.closed',
    'issues.reopened',
  ]);
});

test('a new label of an issue is made before it is put on', async () => {
  const { asBot } = await openWorld();
  await asBot.issues.addLabels({ ...shop, issue_number: 1, labels: ['Reeve:Ready'] });
  const { data } = await asBot.issues.getLabel({ ...shop, name: 'reeve:ready' });
  expect(data).toMatchObject({ name: 'Reeve:Ready', color: 'ededed', description: null });
  expect(await refusal(asBot.issues.createLabel({ ...shop, name: 'BUG' }))).toBe(422);
  expect(await refusal(asBot.issues.createLabel({ ...shop, name: 'x'.repeat(51) }))).toBe(422);
  expect(await refusal(asBot.issues.createLabel({ ...shop, name: 'y', description: 'y'.repeat(101) }))).toBe(422);
  await asBot.issues.updateLabel({ ...shop, name: 'bug', new_name: 'defect' });
  const { data: issue } = await asBot.issues.get({ ...shop, issue_number: 1 });
  expect(issue.labels.map((label) => (typeof label === 'string' ? label : label.name))).toEqual([
    'defect',
    'Reeve:Ready',
  ]);
  expect(await refusal(asBot.issues.removeLabel({ ...shop, issue_number: 1, name: 'never' }))).toBe(404);
});

test('bodies stop at 65,536 characters', async () => {
  const { asBot } = await openWorld();
  const most = '\u{1F600}'.repeat(65_536);
  await asBot.issues.createComment({ ...shop, issue_number: 1, body: most });
  expect(await refusal(asBot.issues.createComment({ ...shop, issue_number: 1, body: `${most}x` }))).toBe(422);
  expect(await refusal(asBot.issues.create({ ...shop, title: 't', body: `${most}x` }))).toBe(422);
  expect(await refusal(asBot.issues.createComment({ ...shop, issue_number: 1, body: ' ' }))).toBe(422);
  expect(await refusal(asBot.issues.createComment({ ...shop, issue_number: 77, body: 'x' }))).toBe(404);
});

test('comments are changed by their authors and by people with write', async () => {
  const { asBot, as } = await openWorld();
  const { data: comment } = await as('mallory').issues.createComment({ ...shop, issue_number: 1, body: 'one' });
  const at = { ...shop, comment_id: comment.id };
  await as('mallory').issues.updateComment({ ...at, body: 'two' });
  await as('ada').issues.updateComment({ ...at, body: 'three' });
  expect(await refusal(as('tom').issues.updateComment({ ...at, body: 'four' }))).toBe(403);
  const { data: reaction } = await asBot.reactions.createForIssueComment({ ...at, content: 'eyes' });
  const again = await asBot.reactions.createForIssueComment({ ...at, content: 'eyes' });
  expect([again.status, again.data.id]).toEqual([200, reaction.id]);
  const { data: seen } = await asBot.issues.getComment(at);
  expect(seen).toMatchObject({ body: 'three', reactions: { eyes: 1, total_count: 1 } });
  await asBot.reactions.deleteForIssueComment({ ...at, reaction_id: reaction.id });
  await asBot.request('PUT /repos/{owner}/{repo}/issues/comments/{comment_id}/pin', at);
  const { data: issue } = await asBot.issues.get({ ...shop, issue_number: 1 });
  expect(issue).toMatchObject({ pinned_comment: { id: comment.id } });
  await asBot.issues.deleteComment(at);
  expect(await refusal(asBot.issues.getComment(at))).toBe(404);
});

test('a locked conversation is closed to outsiders', async () => {
  const { asBot, as, emulator } = await openWorld();
  await as('ada').issues.lock({ ...shop, issue_number: 1 });
  expect(await refusal(as('mallory').issues.createComment({ ...shop, issue_number: 1, body: 'x' }))).toBe(403);
  await as('ada').issues.createComment({ ...shop, issue_number: 1, body: 'x' });
  expect(await refusal(asBot.issues.createComment({ ...shop, issue_number: 1, body: 'x' }))).toBe(403);
  await as('ada').issues.unlock({ ...shop, issue_number: 1 });
  await emulator.control.act({ as: 'mallory', do: 'comment', repo: 'acme/shop', number: 1, body: 'x' });
});

test('lists are paged, filtered and sorted', async () => {
  const { asBot, as } = await openWorld();
  for (let number = 2; number <= 12; number += 1) await as('ada').issues.create({ ...shop, title: `Issue ${number}` });
  const first = await asBot.issues.listForRepo({ ...shop, per_page: 5 });
  expect(first.data.map(({ number }) => number)).toEqual([12, 11, 10, 9, 8]);
  expect(first.headers.link).toContain('page=2>; rel="next"');
  expect(first.headers.link).toContain('page=3>; rel="last"');
  const all = await asBot.paginate(asBot.issues.listForRepo, { ...shop, per_page: 5, direction: 'asc' });
  expect(all).toHaveLength(12);
  const labelled = await asBot.issues.listForRepo({ ...shop, labels: 'BUG' });
  expect(labelled.data.map(({ number }) => number)).toEqual([1]);
  const none = await asBot.issues.listForRepo({ ...shop, since: '2999-01-01T00:00:00Z' });
  expect(none.data).toEqual([]);
  await asBot.issues.update({ ...shop, issue_number: 3, state: 'closed' });
  const closed = await asBot.issues.listForRepo({ ...shop, state: 'closed' });
  expect(closed.data.map(({ number }) => number)).toEqual([3]);
  const found = await asBot.request('GET /search/issues', { q: 'repo:acme/shop is:issue is:closed "issue 3"' });
  expect(found.data.items.map(({ number }) => number)).toEqual([3]);
});

test('issues have parents, children, and others that they wait for', async () => {
  const { asBot } = await openWorld({ mayBreakContract: true }); // adding a child is not in our extract
  const { data: one } = await asBot.issues.get({ ...shop, issue_number: 1 });
  const { data: two } = await asBot.issues.create({ ...shop, title: 'Two' });
  const at = { ...shop, issue_number: 1 };
  await asBot.request('POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues', { ...at, sub_issue_id: two.id });
  const blockedBy = 'POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by';
  await asBot.request(blockedBy, { ...at, issue_id: two.id });
  const { data } = await asBot.issues.get(at);
  expect(data.sub_issues_summary).toEqual({ total: 1, completed: 0, percent_completed: 0 });
  expect(data.issue_dependencies_summary).toMatchObject({ blocked_by: 1, blocking: 0 });
  const { data: parent } = await asBot.request('GET /repos/{owner}/{repo}/issues/{issue_number}/parent', {
    ...shop,
    issue_number: 2,
  });
  expect(parent.id).toBe(one.id);
});

test('a repository that was renamed is found under its old name', async () => {
  const { asBot, emulator, names, directory } = await openWorld();
  await emulator.control.act({ as: 'acme', do: 'rename-repository', repo: 'acme/shop', name: 'store' });
  const { data } = await asBot.repos.get(shop);
  expect(data.full_name).toBe('acme/store');
  const { data: issue } = await asBot.issues.get({ ...shop, issue_number: 1 });
  expect(issue.url).toContain('/repos/acme/store/issues/1');
  await asBot.repos.listBranches({ owner: 'acme', repo: 'store' });
  await git(await directory(), 'clone', '--quiet', `${emulator.url}/acme/shop.git`, 'shop');
  await emulator.settled();
  expect(names()).toEqual(['repository.renamed']);
});

test('a request that breaks the contract is refused and noted', async () => {
  const { asBot, emulator } = await openWorld({ seed, mayBreakContract: true });
  const create = 'POST /repos/{owner}/{repo}/issues';
  expect(await refusal(asBot.request(create, { ...shop, title: undefined as unknown as string }))).toBe(422);
  const wrong = { ...shop, issue_number: 1, body: 'x', colour: 'red' };
  await asBot.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', wrong);
  const problems = emulator.requests().filter((request) => request.problems.length > 0);
  expect(problems.map(({ status }) => status)).toEqual([422, 201]);
});
