import { createRequire } from 'node:module';

import { expect, test } from 'vitest';

import { openWorld, shop, type Received } from './world.ts';

type Payload = Record<string, unknown>;
type Example = { readonly name: string; readonly examples: readonly Payload[] };

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[];
const repo = 'acme/shop';

// Present in some examples only because of who recorded them.
const circumstantial = new Set(['organization', 'enterprise', 'custom_properties', 'template_repository']);

/** The keys that every public example of an event and action has. */
function commonKeys(event: string, action: unknown, read: (payload: Payload) => unknown): string[] {
  const all = examples.find(({ name }) => name === event)?.examples ?? [];
  const same = all.filter((payload) => payload['action'] === action);
  const objects = (same.length > 0 ? same : all)
    .map(read)
    .filter((value) => typeof value === 'object' && value !== null);
  const [first = {}, ...others] = objects as Payload[];
  return Object.keys(first).filter((key) => !circumstantial.has(key) && others.every((other) => key in other));
}

const parts = [
  'issue',
  'comment',
  'pull_request',
  'review',
  'check_run',
  'check_suite',
  'label',
  'repository',
  'sender',
  'installation',
  'head_commit',
  'assignee',
  'requested_action',
];

/** What a delivery lacks of what its examples have. */
function missing({ event, payload }: Received): string[] {
  const action = payload['action'];
  const top = commonKeys(event, action, (example) => example).filter((key) => !(key in payload));
  const inner = parts.flatMap((part) => {
    const value = payload[part];
    if (typeof value !== 'object' || value === null) return [];
    return commonKeys(event, action, (example) => example[part])
      .filter((key) => !(key in value))
      .map((key) => `${part}.${key}`);
  });
  return [...top, ...inner].map((key) => `${event}.${String(action)}: ${key}`);
}

test('payloads have every key that the public examples have', async () => {
  const { asBot, as, emulator, received, names } = await openWorld();
  const { act } = emulator.control;
  const on = { as: 'ada', repo, number: 1 };
  await act({ as: 'ada', do: 'open-issue', repo, title: 'Two', body: 'x', labels: ['bug'], assignees: ['ada'] });
  await act({ ...on, do: 'edit-issue', title: 'Better', body: 'y' });
  await act({ ...on, do: 'label', label: 'new' });
  await act({ ...on, do: 'unlabel', label: 'new' });
  await act({ ...on, do: 'assign', assignees: ['ada'] });
  await act({ ...on, do: 'unassign', assignees: ['ada'] });
  await act({ ...on, do: 'lock' });
  await act({ ...on, do: 'unlock' });
  await act({ ...on, do: 'comment', body: 'one' });
  const comment = emulator.control.thread(repo, 1).comments[0]!.id;
  await act({ as: 'ada', do: 'edit-comment', repo, comment, body: 'two' });
  await act({ as: 'ada', do: 'delete-comment', repo, comment });
  await act({ ...on, do: 'close-issue', reason: 'not_planned' });
  await act({ ...on, do: 'reopen-issue' });
  await as('ada').issues.updateLabel({ ...shop, name: 'new', new_name: 'newer' });
  await act({ as: 'ada', do: 'request', method: 'DELETE', path: `/repos/${repo}/labels/newer` });

  const push = { as: 'ada', do: 'push', repo, branch: 'one', message: 'Change' } as const;
  await act({ ...push, files: { 'a.txt': 'a\n', 'README.md': null } });
  await act({ as: 'ada', do: 'open-pull', repo, title: 'P', head: 'one', base: 'main', draft: true });
  const pull = { as: 'ada', repo, number: 3 };
  await act({ ...push, files: { 'b.txt': 'b\n' } });
  await act({ ...pull, do: 'ready-for-review' });
  await act({ ...pull, do: 'convert-to-draft' });
  await act({ ...pull, do: 'ready-for-review' });
  await act({ ...pull, do: 'label', label: 'bug' });
  await act({ ...pull, do: 'comment', body: 'hm' });
  await act({ ...pull, do: 'request-review', reviewers: ['max'] });
  await act({
    as: 'max',
    do: 'review',
    repo,
    number: 3,
    event: 'COMMENT',
    body: 'x',
    comments: [{ path: 'a.txt', line: 1, body: 'y' }],
  });
  await act({ as: 'max', do: 'review', repo, number: 3, event: 'APPROVE' });
  await act({ ...pull, do: 'close-pull' });
  await act({ ...pull, do: 'reopen-pull' });
  const { data: head } = await asBot.git.getRef({ ...shop, ref: 'heads/one' });
  const actions = [{ label: 'Retry', description: 'Again', identifier: 'retry' }];
  const { data: run } = await asBot.checks.create({ ...shop, name: 'R', head_sha: head.object.sha });
  await asBot.checks.update({ ...shop, check_run_id: run.id, conclusion: 'success', actions });
  await act({ as: 'ada', do: 'request-check-action', repo, check: run.id, action: 'retry' });
  await act({ as: 'ada', do: 'rerequest-check', repo, check: run.id });
  await act({ as: 'ada', do: 'rerequest-suite', repo, suite: run.check_suite!.id });
  await act({ ...pull, do: 'merge' });
  await act({ as: 'ada', do: 'delete-branch', repo, branch: 'one' });
  await act({ as: 'acme', do: 'rename-repository', repo, name: 'store' });
  await act({ as: 'acme', do: 'suspend', repo: 'acme/store' });
  await act({ as: 'acme', do: 'unsuspend', repo: 'acme/store' });
  await emulator.control.addRepository({ owner: 'acme', name: 'more', installed: false });
  await act({ as: 'acme', do: 'install', repo: 'acme/more' });
  await act({ as: 'acme', do: 'deselect', repo: 'acme/more' });
  await act({ as: 'acme', do: 'uninstall', repo: 'acme/store' });
  await act({ as: 'acme', do: 'install', repo: 'acme/more' });
  await emulator.settled();

  expect(new Set(received.flatMap(missing))).toEqual(new Set());
  expect(received.filter(({ payload }) => payload['installation'] === undefined)).toEqual([]);
  expect(received.every(({ isSigned }) => isSigned)).toBe(true);
  expect(new Set(received.map(({ guid }) => guid)).size).toBe(received.length);
  expect([...new Set(names())].toSorted()).toMatchInlineSnapshot(`
    [
      "check_run.completed",
      "check_run.created",
      "check_run.requested_action",
      "check_run.rerequested",
      "check_suite.completed",
      "check_suite.requested",
      "check_suite.rerequested",
      "installation.created",
      "installation.deleted",
      "installation.suspend",
      "installation.unsuspend",
      "installation_repositories.added",
      "installation_repositories.removed",
      "issue_comment.created",
      "issue_comment.deleted",
      "issue_comment.edited",
      "issues.assigned",
      "issues.closed",
      "issues.edited",
      "issues.labeled",
      "issues.locked",
      "issues.opened",
      "issues.reopened",
      "issues.unassigned",
      "issues.unlabeled",
      "issues.unlocked",
      "label.created",
      "label.deleted",
      "label.edited",
      "pull_request.closed",
      "pull_request.converted_to_draft",
      "pull_request.labeled",
      "pull_request.opened",
      "pull_request.ready_for_review",
      "pull_request.reopened",
      "pull_request.review_requested",
      "pull_request.synchronize",
      "pull_request_review.submitted",
      "pull_request_review_comment.created",
      "push",
      "repository.renamed",
    ]
  `);
});

test('payloads have every key that the public examples have, also of what befalls whole repositories and issues', async () => {
  const { emulator, received, names } = await openWorld();
  const { act } = emulator.control;
  await act({ as: 'acme', do: 'archive-repository', repo: 'acme/shop' });
  await act({ as: 'acme', do: 'unarchive-repository', repo: 'acme/shop' });
  await act({ as: 'acme', do: 'privatize-repository', repo: 'acme/shop' });
  await act({ as: 'acme', do: 'publicize-repository', repo: 'acme/shop' });
  await act({ as: 'acme', do: 'rename-branch', repo: 'acme/shop', branch: 'main', name: 'trunk' });
  await emulator.control.addRepository({ owner: 'acme', name: 'attic', issues: [{ title: 'Old' }, { title: 'Odd' }] });
  await act({ as: 'acme', do: 'transfer-issue', repo: 'acme/attic', number: 1, to: 'acme/shop' });
  await act({ as: 'acme', do: 'delete-issue', repo: 'acme/attic', number: 2 });
  await emulator.control.addRepository({ owner: 'zoo', name: 'cage' });
  await act({ as: 'zoo', do: 'install', repo: 'zoo/cage', all: true });
  await act({ as: 'acme', do: 'transfer-repository', repo: 'acme/attic', to: 'zoo' });
  await act({ as: 'zoo', do: 'delete-repository', repo: 'zoo/cage' });
  await emulator.settled();
  expect(new Set(received.flatMap(missing))).toEqual(new Set());
  expect([...new Set(names())].toSorted()).toMatchInlineSnapshot(`
    [
      "installation_repositories.added",
      "installation_repositories.removed",
      "issues.deleted",
      "issues.opened",
      "issues.transferred",
      "repository.archived",
      "repository.deleted",
      "repository.edited",
      "repository.privatized",
      "repository.publicized",
      "repository.transferred",
      "repository.unarchived",
    ]
  `);
});

test('an App hears only of what it subscribed to and may read', async () => {
  const { emulator, names } = await openWorld({
    seed: {
      app: {
        id: 1,
        slug: 'narrow',
        webhookSecret: 'another-secret',
        permissions: { issues: 'read', pull_requests: 'read' },
        events: ['issues', 'push'],
      },
      repositories: [{ owner: 'acme', name: 'shop', collaborators: { ada: 'write' } }],
    },
  });
  const { act } = emulator.control;
  await act({ as: 'ada', do: 'open-issue', repo, title: 'One' });
  await act({ as: 'ada', do: 'comment', repo, number: 1, body: 'x' });
  await act({ as: 'ada', do: 'push', repo, branch: 'b', files: { a: 'b' }, message: 'm' });
  await emulator.settled();
  expect(names()).toEqual(['issues.opened']);
});

test('what is merged and pushed says so in its payload', async () => {
  const { emulator, received } = await openWorld();
  const { act } = emulator.control;
  await act({ as: 'ada', do: 'push', repo, branch: 'one', files: { 'a.txt': 'a\n' }, message: 'Add a' });
  await act({ as: 'ada', do: 'open-pull', repo, title: 'P', head: 'one', base: 'main', body: 'fixes #1' });
  await act({ as: 'ada', do: 'merge', repo, number: 2, method: 'squash' });
  await emulator.settled();
  const find = (name: string, action?: string): Payload =>
    received.findLast(({ event, payload }) => event === name && payload['action'] === action)!.payload;
  expect(find('pull_request', 'closed')).toMatchObject({ pull_request: { merged: true, merged_by: { login: 'ada' } } });
  expect(find('issues', 'closed')).toMatchObject({ issue: { number: 1, state: 'closed' }, sender: { login: 'ada' } });
  expect(find('push')).toMatchObject({
    ref: 'refs/heads/main',
    created: false,
    forced: false,
    commits: [{ message: 'P (#2)', added: ['a.txt'] }],
    pusher: { name: 'ada' },
  });
});

test('deliveries are logged, failed ones too, and can be sent again', async () => {
  const { asApp, emulator, received, answerWith } = await openWorld();
  answerWith(503);
  await emulator.control.act({ as: 'ada', do: 'comment', repo, number: 1, body: 'x' });
  await emulator.settled();
  const { data: failed } = await asApp.apps.listWebhookDeliveries({ per_page: 10 });
  expect(failed).toMatchObject([{ event: 'issue_comment', action: 'created', status_code: 503, redelivery: false }]);
  answerWith(200);
  await asApp.apps.redeliverWebhookDelivery({ delivery_id: failed[0]!.id });
  await emulator.settled();
  const { data: both } = await asApp.apps.listWebhookDeliveries();
  expect(both).toMatchObject([
    { status: 'OK', redelivery: true, guid: failed[0]!.guid },
    { status_code: 503, redelivery: false },
  ]);
  expect(received.map(({ guid }) => guid)).toEqual([failed[0]!.guid, failed[0]!.guid]);
  const { data: whole } = await asApp.apps.getWebhookDelivery({ delivery_id: failed[0]!.id });
  expect(whole.request.payload).toMatchObject({ action: 'created', comment: { body: 'x' } });
  const { data: config } = await asApp.apps.getWebhookConfigForApp();
  expect(config).toMatchObject({ content_type: 'json', secret: '********' });
});

test('a repository hook hears of its repository, without an installation', async () => {
  const { as, emulator, received, names, hooksUrl } = await openWorld();
  emulator.control.setWebhookUrl(null);
  await as('acme').repos.createWebhook({
    ...shop,
    config: { url: hooksUrl, content_type: 'json', secret: emulator.app.webhookSecret },
    events: ['issues'],
  });
  const { data: hooks } = await as('acme').repos.listWebhooks(shop);
  expect(hooks).toMatchObject([{ events: ['issues'], config: { url: hooksUrl } }]);
  await emulator.control.act({ as: 'ada', do: 'close-issue', repo, number: 1 });
  await emulator.control.act({ as: 'ada', do: 'comment', repo, number: 1, body: 'x' });
  await emulator.settled();
  expect(names()).toEqual(['ping', 'issues.closed']);
  expect(received.every(({ isSigned, payload }) => isSigned && payload['installation'] === undefined)).toBe(true);
});
