import { expect, test } from 'vitest';

import { openWorld, refusal, shop, type World } from './world.ts';

const repo = 'acme/shop';

/** A branch with one changed file and a pull request for it. */
async function propose(world: World, branch: string, options: { body?: string; draft?: boolean; file?: string } = {}) {
  const { control } = world.emulator;
  const file = options.file ?? `${branch}.txt`;
  await control.act({
    as: 'ada',
    do: 'push',
    repo,
    branch,
    files: { [file]: `of ${branch}\n` },
    message: `Add ${file}`,
  });
  const { data } = await world.asBot.pulls.create({
    ...shop,
    title: `Add ${branch}`,
    head: branch,
    base: 'main',
    body: options.body ?? '',
    draft: options.draft ?? false,
  });
  return data;
}

test('what cannot be a pull request is refused', async () => {
  const world = await openWorld();
  const { asBot, as } = world;
  await propose(world, 'one');
  const wish = { ...shop, title: 't', base: 'main' };
  expect(await refusal(asBot.pulls.create({ ...wish, head: 'one' }))).toBe(422);
  expect(await refusal(asBot.pulls.create({ ...wish, head: 'acme:one' }))).toBe(422);
  expect(await refusal(asBot.pulls.create({ ...wish, head: 'nowhere' }))).toBe(422);
  expect(await refusal(asBot.pulls.create({ ...wish, head: 'main' }))).toBe(422);
  expect(await refusal(as('mallory').pulls.create({ ...wish, head: 'one' }))).toBe(403);
  const { data: found } = await asBot.pulls.list({ ...shop, head: 'acme:one' });
  expect(found.map(({ number }) => number)).toEqual([2]);
  expect((await asBot.pulls.list({ ...shop, head: 'acme:two' })).data).toEqual([]);
});

test('a push moves the pull request, and deleting its branch closes it', async () => {
  const world = await openWorld();
  const { control } = world.emulator;
  const pull = await propose(world, 'one');
  await control.act({ as: 'ada', do: 'push', repo, branch: 'one', files: { 'b.txt': 'b\n' }, message: 'More' });
  const { data: moved } = await world.asBot.pulls.get({ ...shop, pull_number: pull.number });
  expect(moved).toMatchObject({ commits: 2, changed_files: 2, additions: 2, mergeable_state: 'clean' });
  const { data: files } = await world.asBot.pulls.listFiles({ ...shop, pull_number: pull.number });
  expect(files.map(({ filename, status }) => [filename, status])).toEqual([
    ['b.txt', 'added'],
    ['one.txt', 'added'],
  ]);
  const { data: commits } = await world.asBot.pulls.listCommits({ ...shop, pull_number: pull.number });
  expect(commits.map(({ commit, author }) => [commit.message, author?.login])).toEqual([
    ['Add one.txt', 'ada'],
    ['More', 'ada'],
  ]);
  const { data: showRef } = await world.asBot.git.getRef({ ...shop, ref: `pull/${pull.number}/head` });
  expect(showRef.object.sha).toBe(moved.head.sha);
  await control.act({ as: 'ada', do: 'delete-branch', repo, branch: 'one' });
  expect(control.thread(repo, pull.number).state).toBe('closed');
  expect(await refusal(world.asBot.pulls.update({ ...shop, pull_number: pull.number, state: 'open' }))).toBe(422);
  await world.emulator.settled();
  expect(world.names().filter((name) => name.startsWith('pull_request'))).toEqual([
    'pull_request.opened',
    'pull_request.synchronize',
    'pull_request.closed',
  ]);
});

test('merging obeys drafts, heads, conflicts and rules', async () => {
  const world = await openWorld();
  const { asBot, emulator } = world;
  const draft = await propose(world, 'draft', { draft: true });
  expect(await refusal(asBot.pulls.merge({ ...shop, pull_number: draft.number }))).toBe(405);
  await emulator.control.act({ as: 'ada', do: 'ready-for-review', repo, number: draft.number });
  expect(await refusal(asBot.pulls.merge({ ...shop, pull_number: draft.number, sha: 'f'.repeat(40) }))).toBe(409);
  const conflicting = await propose(world, 'conflicting', { file: 'draft.txt' });
  await asBot.pulls.merge({ ...shop, pull_number: draft.number, sha: draft.head.sha });
  const { data: dirty } = await asBot.pulls.get({ ...shop, pull_number: conflicting.number });
  expect(dirty).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
  expect(await refusal(asBot.pulls.merge({ ...shop, pull_number: conflicting.number }))).toBe(405);
  expect(await refusal(asBot.pulls.merge({ ...shop, pull_number: draft.number }))).toBe(405);
});

test.each(['merge', 'squash', 'rebase'] as const)('the method %s makes its kind of commit', async (method) => {
  const world = await openWorld();
  const { asBot, emulator } = world;
  const pull = await propose(world, 'one', { body: 'Closes #1, and closes acme/other#1' });
  await emulator.control.act({
    as: 'ada',
    do: 'push',
    repo,
    branch: 'main',
    files: { 'm.txt': 'm\n' },
    message: 'Main',
  });
  const { data: merged } = await asBot.pulls.merge({ ...shop, pull_number: pull.number, merge_method: method });
  const { data: commit } = await asBot.repos.getCommit({ ...shop, ref: merged.sha });
  expect(commit.parents).toHaveLength(method === 'merge' ? 2 : 1);
  const { data: main } = await asBot.git.getRef({ ...shop, ref: 'heads/main' });
  expect(main.object.sha).toBe(merged.sha);
  const { data: issue } = await asBot.issues.get({ ...shop, issue_number: 1 });
  expect(issue).toMatchObject({ state: 'closed', state_reason: 'completed', closed_by: { login: 'steward[bot]' } });
  const { data: seen } = await asBot.pulls.get({ ...shop, pull_number: pull.number });
  expect(seen).toMatchObject({ merged: true, merge_commit_sha: merged.sha, commits: 1, changed_files: 1 });
});

test('what is merged elsewhere than into the default branch closes no issue', async () => {
  const world = await openWorld();
  const { asBot, emulator } = world;
  await emulator.control.act({
    as: 'ada',
    do: 'push',
    repo,
    branch: 'next',
    files: { 'n.txt': 'n\n' },
    message: 'Next',
  });
  const pull = await propose(world, 'one', { body: 'Fixes #1' });
  await asBot.pulls.update({ ...shop, pull_number: pull.number, base: 'next' });
  await asBot.pulls.merge({ ...shop, pull_number: pull.number });
  expect(emulator.control.thread(repo, 1).state).toBe('open');
});

test('a pull request whose commits reach its base by a push is merged', async () => {
  const world = await openWorld();
  const { emulator, asBot } = world;
  const pull = await propose(world, 'one');
  await asBot.git.updateRef({ ...shop, ref: 'heads/main', sha: pull.head.sha });
  expect(emulator.control.thread(repo, pull.number).state).toBe('merged');
});

test('the base can be merged into the branch', async () => {
  const world = await openWorld();
  const { asBot, emulator } = world;
  const pull = await propose(world, 'one');
  const at = { ...shop, pull_number: pull.number };
  expect(await refusal(asBot.pulls.updateBranch(at))).toBe(422);
  await emulator.control.act({
    as: 'ada',
    do: 'push',
    repo,
    branch: 'main',
    files: { 'm.txt': 'm\n' },
    message: 'Main',
  });
  expect(await refusal(asBot.pulls.updateBranch({ ...at, expected_head_sha: 'f'.repeat(40) }))).toBe(422);
  await asBot.pulls.updateBranch({ ...at, expected_head_sha: pull.head.sha });
  const { data } = await asBot.pulls.get(at);
  expect(data).toMatchObject({ commits: 2, changed_files: 1 });
});

test('reviews are given, answered and dismissed', async () => {
  const world = await openWorld();
  const { asBot, as, emulator } = world;
  const pull = await propose(world, 'one');
  const at = { ...shop, pull_number: pull.number };
  expect(await refusal(asBot.pulls.createReview({ ...at, event: 'APPROVE' }))).toBe(422);
  expect(await refusal(as('ada').pulls.createReview({ ...at, event: 'REQUEST_CHANGES' }))).toBe(422);
  await asBot.pulls.requestReviewers({ ...at, reviewers: ['ada'] });
  const { data: review } = await as('ada').pulls.createReview({
    ...at,
    event: 'REQUEST_CHANGES',
    body: 'Not yet',
    comments: [{ path: 'one.txt', line: 1, body: 'Why?' }],
  });
  const { data: comments } = await asBot.pulls.listReviewComments(at);
  expect(comments).toMatchObject([{ body: 'Why?', path: 'one.txt', line: 1, pull_request_review_id: review.id }]);
  const comment = comments[0]!;
  await asBot.pulls.createReplyForReviewComment({ ...at, comment_id: comment.id, body: 'Because.' });
  await asBot.reactions.createForPullRequestReviewComment({ ...shop, comment_id: comment.id, content: '+1' });
  await emulator.control.act({ as: 'ada', do: 'dismiss-review', repo, number: pull.number, review: review.id });
  const { data: reviews } = await asBot.pulls.listReviews(at);
  expect(reviews.map(({ state }) => state)).toEqual(['DISMISSED', 'COMMENTED']);
  const { data: timeline } = await asBot.issues.listEventsForTimeline({ ...shop, issue_number: pull.number });
  expect(timeline.filter((line) => line.event !== 'committed').map((line) => line.event)).toEqual([
    'review_requested',
    'reviewed',
    'reviewed',
    'review_dismissed',
  ]);
  await emulator.settled();
  expect(world.names().slice(-6)).toEqual([
    'pull_request.opened',
    'pull_request.review_requested',
    'pull_request_review.submitted',
    'pull_request_review_comment.created',
    'pull_request_review_comment.created',
    'pull_request_review.dismissed',
  ]);
});
