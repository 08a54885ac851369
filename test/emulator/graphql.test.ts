import { expect, test } from 'vitest';

import { openWorld, shop, type World } from './world.ts';

const repo = 'acme/shop';

async function ask(world: World, query: string, variables: Record<string, unknown> = {}) {
  const { data } = await world.asBot.request('POST /graphql', { query, variables });
  return data as { data?: Record<string, never>; errors?: { type?: string; message: string }[] };
}

async function propose(world: World, draft: boolean) {
  await world.emulator.control.act({ as: 'ada', do: 'push', repo, branch: 'one', files: { a: 'a' }, message: 'm' });
  return (await world.asBot.pulls.create({ ...shop, title: 't', head: 'one', base: 'main', draft })).data;
}

test('a comment is hidden and shown again', async () => {
  const world = await openWorld();
  const { data: comment } = await world.asBot.issues.createComment({ ...shop, issue_number: 1, body: 'old' });
  const hide = `mutation Hide($id: ID!, $why: ReportedContentClassifiers = OUTDATED) {
    minimizeComment(input: { subjectId: $id, classifier: $why }) { minimizedComment { isMinimized minimizedReason ... on IssueComment { databaseId } } }
  }`;
  expect(await ask(world, hide, { id: comment.node_id, why: 'OUTDATED' })).toEqual({
    data: {
      minimizeComment: {
        minimizedComment: { isMinimized: true, minimizedReason: 'outdated', databaseId: comment.id },
      },
    },
  });
  expect(world.emulator.control.thread(repo, 1).comments[0]).toMatchObject({ isMinimized: true });
  const { data: seen } = await world.asBot.issues.getComment({ ...shop, comment_id: comment.id });
  expect(seen).toMatchObject({ minimized: { reason: 'outdated' } });
  await ask(world, `mutation { unminimizeComment(input: {subjectId: "${comment.node_id}"}) { clientMutationId } }`);
  expect(world.emulator.control.thread(repo, 1).comments[0]).toMatchObject({ isMinimized: false });
});

test('a draft becomes ready, and a draft again', async () => {
  const world = await openWorld();
  const pull = await propose(world, true);
  const ready = `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { number isDraft } } }`;
  expect(await ask(world, ready, { id: pull.node_id })).toEqual({
    data: { markPullRequestReadyForReview: { pullRequest: { number: 2, isDraft: false } } },
  });
  const back = `mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { ...P } } } fragment P on PullRequest { isDraft state }`;
  expect(await ask(world, back, { id: pull.node_id })).toEqual({
    data: { convertPullRequestToDraft: { pullRequest: { isDraft: true, state: 'OPEN' } } },
  });
  await world.emulator.settled();
  expect(world.names().slice(-2)).toEqual(['pull_request.ready_for_review', 'pull_request.converted_to_draft']);
});

test('a pull request merges itself once its checks have passed', async () => {
  const world = await openWorld({
    seed: {
      app: { id: 1, slug: 'steward', webhookSecret: 'x-secret-of-tests' },
      repositories: [
        {
          owner: 'acme',
          name: 'shop',
          collaborators: { ada: 'write' },
          protected: { main: { approvals: 1, checks: ['build'] } },
        },
      ],
    },
  });
  const pull = await propose(world, false);
  const enable = `mutation($id: ID!, $head: GitObjectID) {
    enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH, expectedHeadOid: $head}) { pullRequest { autoMergeRequest { mergeMethod } } }
  }`;
  expect((await ask(world, enable, { id: pull.node_id, head: 'f'.repeat(40) })).errors).toHaveLength(1);
  expect(await ask(world, enable, { id: pull.node_id, head: pull.head.sha })).toEqual({
    data: { enablePullRequestAutoMerge: { pullRequest: { autoMergeRequest: { mergeMethod: 'SQUASH' } } } },
  });
  const { control } = world.emulator;
  await control.act({ as: 'ada', do: 'review', repo, number: 1, event: 'APPROVE' });
  expect(control.thread(repo, 1).state).toBe('open');
  const { data: blocked } = await world.asBot.pulls.get({ ...shop, pull_number: 1 });
  expect(blocked).toMatchObject({ mergeable_state: 'blocked', auto_merge: { merge_method: 'squash' } });
  await control.act({ as: 'ci', do: 'report-check', repo, ref: 'one', name: 'build', conclusion: 'success' });
  expect(control.thread(repo, 1).state).toBe('merged');
});

test('what is wrong is told with HTTP 200', async () => {
  const world = await openWorld();
  expect((await ask(world, '{ nonsense }')).errors).toMatchObject([
    { message: "Field 'nonsense' doesn't exist on type 'Query'" },
  ]);
  expect((await ask(world, '{ ')).errors).toHaveLength(1);
  expect((await ask(world, '{ node(id: "IC_bogus") { id } }')).errors).toMatchObject([{ type: 'NOT_FOUND' }]);
  expect(
    await ask(
      world,
      '{ viewer { login } repository(owner: "acme", name: "shop") { issue(number: 1) { t: title state } } }',
    ),
  ).toEqual({
    data: { viewer: { login: 'steward' }, repository: { issue: { t: 'The price is wrong', state: 'OPEN' } } },
  });
});
