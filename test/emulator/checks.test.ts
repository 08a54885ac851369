import { expect, test } from 'vitest';

import { openWorld, refusal, shop, type World } from './world.ts';

const repo = 'acme/shop';

async function headOf(world: World, branch = 'main'): Promise<string> {
  return (await world.asBot.git.getRef({ ...shop, ref: `heads/${branch}` })).data.object.sha;
}

test('check runs keep the rules that the contract does not tell', async () => {
  const world = await openWorld({ mayBreakContract: true });
  const { asBot, as } = world;
  const run = { ...shop, name: 'Reeve', head_sha: await headOf(world) };
  const output = { title: 'T', summary: 'S' };
  const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice' as const, message: 'm' };
  const action = { label: 'Retry', description: 'Again', identifier: 'retry' };
  const refused = [
    { ...run, head_sha: 'f'.repeat(40) },
    { ...run, status: 'completed' as const },
    { ...run, output: { ...output, summary: 'x'.repeat(65_536) } },
    { ...run, output: { ...output, text: 'x'.repeat(65_536) } },
    { ...run, output: { ...output, annotations: Array.from({ length: 51 }, () => annotation) } },
    { ...run, actions: Array.from({ length: 4 }, () => action) },
    { ...run, actions: [{ ...action, label: 'x'.repeat(21) }] },
    { ...run, actions: [{ ...action, description: 'x'.repeat(41) }] },
    { ...run, actions: [{ ...action, identifier: 'x'.repeat(21) }] },
  ];
  for (const wish of refused) {
    expect(await refusal(asBot.request('POST /repos/{owner}/{repo}/check-runs', wish))).toBe(422);
  }
  expect(await refusal(as('ada').checks.create(run))).toBe(403);
  const most = Array.from({ length: 50 }, () => annotation);
  const { data } = await asBot.checks.create({
    ...run,
    output: { ...output, summary: 'x'.repeat(65_535), annotations: most },
  });
  await asBot.checks.update({ ...shop, check_run_id: data.id, output: { summary: 'S', annotations: [annotation] } });
  const { data: annotations } = await asBot.checks.listAnnotations({ ...shop, check_run_id: data.id, per_page: 100 });
  expect(annotations).toHaveLength(51);
});

test('a run is queued, works, and ends; its suite follows', async () => {
  const world = await openWorld();
  const { asBot } = world;
  const head_sha = await headOf(world);
  const { data: first } = await asBot.checks.create({ ...shop, name: 'Reeve', head_sha });
  expect(first).toMatchObject({ status: 'queued', conclusion: null, app: { slug: 'steward' } });
  const { data: done } = await asBot.checks.update({ ...shop, check_run_id: first.id, conclusion: 'neutral' });
  expect(done).toMatchObject({ status: 'completed', conclusion: 'neutral' });
  expect(done.completed_at).not.toBeNull();
  const { data: second } = await asBot.checks.create({ ...shop, name: 'Reeve', head_sha, status: 'in_progress' });
  const { data: latest } = await asBot.checks.listForRef({ ...shop, ref: 'main' });
  expect(latest.check_runs.map(({ id }) => id)).toEqual([second.id]);
  const { data: all } = await asBot.checks.listForRef({ ...shop, ref: 'main', filter: 'all', check_name: 'Reeve' });
  expect(all.total_count).toBe(2);
  const { data: suites } = await asBot.checks.listSuitesForRef({ ...shop, ref: head_sha });
  expect(suites.check_suites).toMatchObject([{ status: 'in_progress', latest_check_runs_count: 2 }]);
  const again = await asBot.checks.createSuite({ ...shop, head_sha });
  expect([again.status, again.data.id]).toEqual([200, suites.check_suites[0]!.id]);
});

test('buttons are there once a run has ended, for people with write, and only its App hears of them', async () => {
  const world = await openWorld();
  const { asBot, emulator } = world;
  const actions = [{ label: 'Retry', description: 'Run it again', identifier: 'retry' }];
  const { data: run } = await asBot.checks.create({ ...shop, name: 'Reeve', head_sha: await headOf(world), actions });
  const press = (as: string, action = 'retry') =>
    emulator.control.act({ as, do: 'request-check-action', repo, check: run.id, action });
  await expect(press('ada')).rejects.toThrow('422');
  await asBot.checks.update({ ...shop, check_run_id: run.id, conclusion: 'failure', actions });
  await expect(press('mallory')).rejects.toThrow('403');
  await expect(press('ada', 'other')).rejects.toThrow('422');
  await press('ada');
  await emulator.control.act({ as: 'ada', do: 'rerequest-check', repo, check: run.id });
  await emulator.control.act({ as: 'ada', do: 'rerequest-suite', repo, suite: run.check_suite!.id });
  await emulator.settled();
  expect(world.names().slice(-3)).toEqual([
    'check_run.requested_action',
    'check_run.rerequested',
    'check_suite.rerequested',
  ]);
  expect(world.received.at(-3)!.payload).toMatchObject({
    requested_action: { identifier: 'retry' },
    sender: { login: 'ada' },
    check_run: { id: run.id, conclusion: 'failure' },
  });
});

test("another App's run is seen, and is not ours to change", async () => {
  const world = await openWorld();
  const { asBot, emulator } = world;
  await emulator.control.act({ as: 'ci', do: 'report-check', repo, ref: 'main', name: 'build', conclusion: 'failure' });
  const { data } = await asBot.checks.listForRef({ ...shop, ref: 'main' });
  expect(data.check_runs).toMatchObject([{ name: 'build', app: { slug: 'ci' }, conclusion: 'failure' }]);
  const check_run_id = data.check_runs[0]!.id;
  expect(await refusal(asBot.checks.update({ ...shop, check_run_id, conclusion: 'success' }))).toBe(403);
  await emulator.settled();
  expect(world.names()).toEqual(['check_run.created', 'check_run.completed', 'check_suite.completed']);
  expect(await refusal(asBot.repos.createCommitStatus({ ...shop, sha: await headOf(world), state: 'success' }))).toBe(
    403,
  );
  const status = { ...shop, sha: await headOf(world), state: 'success' as const, context: 'lint' };
  await world.as('ada').repos.createCommitStatus(status);
  const { data: combined } = await asBot.repos.getCombinedStatusForRef({ ...shop, ref: 'main' });
  expect(combined).toMatchObject({ state: 'success', total_count: 1 });
});
