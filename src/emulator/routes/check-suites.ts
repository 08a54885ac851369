import { z } from 'zod';

import { rerequestSuite } from '../actions/checks.ts';
import { emitSuite, ensureSuite, headCommit } from '../actions/suites.ts';
import { notFound, unprocessable } from '../errors.ts';
import { renderCheckSuite } from '../resources/check.ts';
import { renderRepository } from '../resources/repository.ts';
import {
  created,
  list,
  numberOf,
  ok,
  parseBody,
  repositoryRoute,
  textOf,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { CheckSuite } from '../state/checks.ts';
import { appOf, listRuns } from './check-runs.ts';

const read = 'checks:read';
const write = 'checks:write';

/** Check suites: one per App and commit. */
export const checkSuiteRoutes: readonly Route[] = [
  repositoryRoute('POST /repos/{owner}/{repo}/check-suites', { permission: write }, async (call) => {
    const { hub, repository, actor } = call;
    const { head_sha } = parseBody(call, z.object({ head_sha: z.string() }));
    if ((await hub.git(repository).commit(head_sha)) === null) {
      throw unprocessable(`No commit found for SHA: ${head_sha}`);
    }
    const app = appOf(call);
    const isThere = repository.suites.some((suite) => suite.app.id === app.id && suite.headSha === head_sha);
    const suite = await ensureSuite(hub, app, repository, head_sha);
    if (isThere) return ok(await render(call, suite));
    await emitSuite(hub, { action: 'requested', repository, suite, sender: actor.user });
    return created(await render(call, suite));
  }),
  repositoryRoute('PATCH /repos/{owner}/{repo}/check-suites/preferences', { permission: write }, (call) => {
    const { hub, repository } = call;
    const preferences = z.object({
      auto_trigger_checks: z.array(z.object({ app_id: z.number(), setting: z.boolean() })).default([]),
    });
    const { auto_trigger_checks } = parseBody(call, preferences);
    for (const { app_id, setting } of auto_trigger_checks) {
      const app = hub.state.apps.get(app_id);
      if (app === undefined) throw unprocessable('Invalid app_id');
      if (setting) repository.quietApps.delete(app);
      else repository.quietApps.add(app);
    }
    return ok({ preferences: { auto_trigger_checks }, repository: renderRepository(hub.url, repository) });
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/check-suites/{check_suite_id}', { permission: read }, async (call) =>
    ok(await render(call, suiteOf(call))),
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs', { permission: read }, (call) =>
    listRuns(call, suiteOf(call).runs),
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest',
    { permission: write },
    async (call) => {
      await rerequestSuite(call.hub, call.actor.user, call.repository, suiteOf(call));
      return created({});
    },
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/check-suites', { permission: read }, async (call) => {
    const sha = await call.hub.git(call.repository).resolve(textOf(call, 'ref'));
    if (sha === null) throw unprocessable(`No commit found for SHA: ${textOf(call, 'ref')}`);
    const appId = call.query.get('app_id');
    const name = call.query.get('check_name');
    const suites = call.repository.suites.filter(
      (suite) =>
        suite.headSha === sha &&
        (appId === null || suite.app.id === Number(appId)) &&
        (name === null || suite.runs.some((run) => run.name === name)),
    );
    return list(
      suites,
      (suite) => render(call, suite),
      (check_suites, total_count) => ({ total_count, check_suites }),
    );
  }),
];

async function render(call: RepositoryCall, suite: CheckSuite): Promise<unknown> {
  const head = await headCommit(call.hub, call.repository, suite);
  return renderCheckSuite(call.hub.url, call.repository, suite, head);
}

function suiteOf(call: RepositoryCall): CheckSuite {
  const id = numberOf(call, 'check_suite_id');
  const suite = call.repository.suites.find((each) => each.id === id);
  if (suite === undefined) throw notFound();
  return suite;
}
