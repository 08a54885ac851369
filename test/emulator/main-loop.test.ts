import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { cloneUrl, git, openWorld, shop } from './world.ts';

test('from a labelled issue to a merged pull request, as the App and as people', async () => {
  const { emulator, asApp, asBot, as, names, received, directory } = await openWorld();
  const { control } = emulator;

  const { data: app } = await asApp.apps.getAuthenticated();
  expect(app).toMatchObject({ slug: 'steward', installations_count: 1 });

  await control.act({ as: 'ada', do: 'label', repo: 'acme/shop', number: 1, label: 'ready' });
  await emulator.settled();
  expect(names()).toEqual(['label.created', 'issues.labeled']);
  expect(received.every(({ isSigned }) => isSigned)).toBe(true);

  const { data: permission } = await asBot.repos.getCollaboratorPermissionLevel({ ...shop, username: 'ada' });
  expect(permission).toMatchObject({ permission: 'write', role_name: 'write' });

  const { data: card } = await asBot.issues.createComment({ ...shop, issue_number: 1, body: 'I am on it.' });
  expect(card).toMatchObject({ user: { login: 'steward[bot]', type: 'Bot' }, performed_via_github_app: { id: 4711 } });
  await asBot.issues.updateComment({ ...shop, comment_id: card.id, body: 'Working.' });
  await asBot.issues.addLabels({ ...shop, issue_number: 1, labels: ['reeve:working'] });
  await asBot.issues.removeLabel({ ...shop, issue_number: 1, name: 'ready' });

  const { token } = (await asBot.auth({ type: 'installation' })) as { token: string };
  const work = await directory();
  await git(work, 'clone', '--quiet', cloneUrl(emulator, token), 'shop');
  const clone = join(work, 'shop');
  await git(clone, 'switch', '--quiet', '-c', 'reeve/1-price');
  await writeFile(join(clone, 'src/price.js'), 'export const price = 2;\n');
  await git(clone, 'commit', '--quiet', '-am', 'Mend the price');
  await git(clone, 'push', '--quiet', 'origin', 'reeve/1-price');
  const sha = await git(clone, 'rev-parse', 'HEAD');

  const { data: pull } = await asBot.pulls.create({
    ...shop,
    title: 'Mend the price',
    head: 'reeve/1-price',
    base: 'main',
    body: 'Fixes #1',
    draft: true,
  });
  expect(pull).toMatchObject({ number: 2, draft: true, commits: 1, changed_files: 1, mergeable: true });
  expect(pull.head.sha).toBe(sha);

  const { data: check } = await asBot.checks.create({
    ...shop,
    name: 'Reeve',
    head_sha: sha,
    status: 'in_progress',
    output: { title: 'Working', summary: 'Phase 1' },
  });
  await asBot.checks.update({
    ...shop,
    check_run_id: check.id,
    conclusion: 'success',
    actions: [{ label: 'Retry', description: 'Run it again', identifier: 'retry' }],
  });
  await control.act({ as: 'ada', do: 'request-check-action', repo: 'acme/shop', check: check.id, action: 'retry' });
  await control.act({ as: 'ada', do: 'ready-for-review', repo: 'acme/shop', number: 2 });
  await control.act({ as: 'ada', do: 'review', repo: 'acme/shop', number: 2, event: 'APPROVE' });
  await control.act({ as: 'ada', do: 'merge', repo: 'acme/shop', number: 2 });
  await emulator.settled();

  expect(names().slice(2)).toEqual([
    'issue_comment.created',
    'issue_comment.edited',
    'label.created',
    'issues.labeled',
    'issues.unlabeled',
    'push',
    'check_suite.requested',
    'pull_request.opened',
    'check_run.created',
    'check_run.completed',
    'check_suite.completed',
    'check_run.requested_action',
    'pull_request.ready_for_review',
    'pull_request_review.submitted',
    'pull_request.closed',
    'issues.closed',
    'push',
    'check_suite.requested',
  ]);
  expect(received.every(({ payload }) => payload['installation'] !== undefined)).toBe(true);
  expect(control.thread('acme/shop', 1)).toMatchObject({ state: 'closed', labels: ['bug', 'reeve:working'] });
  expect(control.thread('acme/shop', 2)).toMatchObject({ state: 'merged' });
  await git(clone, 'pull', '--quiet', 'origin', 'main');
  expect(await git(clone, 'log', '-1', '--format=%s')).toBe('Merge pull request #2 from acme/reeve/1-price');
  const { data: merged } = await as('ada').pulls.get({ ...shop, pull_number: 2 });
  expect(merged).toMatchObject({ merged: true, state: 'closed', merged_by: { login: 'ada' }, commits: 1 });
});
