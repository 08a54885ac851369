import { z } from 'zod';

import { createCheckRun, rerequestRun, updateCheckRun, type CheckFields } from '../actions/checks.ts';
import { notAccessible, notFound, unprocessable } from '../errors.ts';
import { renderAnnotation, renderCheckRun } from '../resources/check.ts';
import {
  created,
  list,
  numberOf,
  ok,
  parseBody,
  repositoryRoute,
  textOf,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { CheckRun } from '../state/checks.ts';
import type { App } from '../state/people.ts';

const read = 'checks:read';
const write = 'checks:write';

const annotation = z
  .object({
    path: z.string(),
    start_line: z.number(),
    end_line: z.number(),
    start_column: z.number().optional(),
    end_column: z.number().optional(),
    annotation_level: z.enum(['notice', 'warning', 'failure']),
    message: z.string(),
    title: z.string().optional(),
    raw_details: z.string().optional(),
  })
  .transform((each) => ({
    path: each.path,
    startLine: each.start_line,
    endLine: each.end_line,
    startColumn: each.start_column ?? null,
    endColumn: each.end_column ?? null,
    level: each.annotation_level,
    message: each.message,
    title: each.title ?? null,
    rawDetails: each.raw_details ?? null,
  }));
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const fields = z.object({
  name: z.string().optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z
    .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out'])
    .optional(),
  started_at: instant.optional(),
  completed_at: instant.optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(annotation).optional(),
    })
    .optional(),
  actions: z.array(z.object({ label: z.string(), description: z.string(), identifier: z.string() })).optional(),
});

/** Check runs: only Apps may write them. */
export const checkRunRoutes: readonly Route[] = [
  repositoryRoute('POST /repos/{owner}/{repo}/check-runs', { permission: write }, async (call) => {
    const { hub, repository } = call;
    const input = parseBody(call, fields.extend({ name: z.string(), head_sha: z.string() }));
    if (input.output !== undefined && input.output.title === undefined)
      throw unprocessable('"title" wasn\'t supplied.');
    const place = { app: appOf(call), repository };
    const run = await createCheckRun(hub, place, input.head_sha, { ...fieldsOf(input), name: input.name });
    return created(renderCheckRun(hub.url, repository, run));
  }),
  repositoryRoute('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', { permission: write }, async (call) => {
    const { hub, repository } = call;
    const run = checkRunOf(call);
    await updateCheckRun(hub, { app: appOf(call), repository }, run, fieldsOf(parseBody(call, fields)));
    return ok(renderCheckRun(hub.url, repository, run));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/check-runs/{check_run_id}', { permission: read }, (call) =>
    ok(renderCheckRun(call.hub.url, call.repository, checkRunOf(call))),
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations', { permission: read }, (call) => {
    const { annotations, suite } = checkRunOf(call);
    return list(annotations, (each) => renderAnnotation(call.hub.url, call.repository, suite.headSha, each));
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest', { permission: write }, (call) => {
    rerequestRun(call.hub, call.actor.user, call.repository, checkRunOf(call));
    return created({});
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { permission: read }, async (call) => {
    const sha = await call.hub.git(call.repository).resolve(textOf(call, 'ref'));
    if (sha === null) throw unprocessable(`No commit found for SHA: ${textOf(call, 'ref')}`);
    const appId = call.query.get('app_id');
    const suites = call.repository.suites.filter(
      (suite) => suite.headSha === sha && (appId === null || suite.app.id === Number(appId)),
    );
    return listRuns(
      call,
      suites.flatMap((suite) => suite.runs),
    );
  }),
];

/** The runs that the query asks for, the newest first; only the last of each name unless all are wanted. */
export function listRuns(call: RepositoryCall, runs: readonly CheckRun[]): Reply {
  const { query } = call;
  const name = query.get('check_name');
  const status = query.get('status');
  const wanted = runs
    .filter((run) => (name === null || run.name === name) && (status === null || run.status === status))
    .toSorted((one, other) => other.id - one.id);
  const isLatest = (run: CheckRun): boolean =>
    wanted.find((each) => each.name === run.name && each.suite.app.id === run.suite.app.id) === run;
  const chosen = query.get('filter') === 'all' ? wanted : wanted.filter(isLatest);
  return list(
    chosen,
    (run) => renderCheckRun(call.hub.url, call.repository, run),
    (check_runs, total_count) => ({ total_count, check_runs }),
  );
}

/** The check run that the path names, or 404. */
function checkRunOf(call: RepositoryCall): CheckRun {
  const id = numberOf(call, 'check_run_id');
  const run = call.repository.suites.flatMap((suite) => suite.runs).find((each) => each.id === id);
  if (run === undefined) throw notFound();
  return run;
}

/** The App behind the call; people may not write checks. */
export function appOf({ actor }: RepositoryCall): App {
  if (actor.app === null) throw notAccessible();
  return actor.app;
}

function fieldsOf(input: z.infer<typeof fields>): CheckFields {
  return {
    name: input.name,
    externalId: input.external_id,
    detailsUrl: input.details_url,
    status: input.status,
    conclusion: input.conclusion,
    startedAt: input.started_at,
    completedAt: input.completed_at,
    output: input.output,
    actions: input.actions,
  };
}
