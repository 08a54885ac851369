import { invalid, Refusal, unprocessable } from '../errors.ts';
import type { Hub } from '../hub.ts';
import { renderCheckRunInEvent, suiteOutcome } from '../resources/check.ts';
import type { Json } from '../resources/json.ts';
import type { CheckAction, CheckRun, CheckStatus, CheckSuite, Conclusion } from '../state/checks.ts';
import { nodeId } from '../state/ids.ts';
import type { App, User } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';
import { emit } from '../webhooks/emit.ts';
import { checkActions, checkOutput, type CheckOutput } from './check-rules.ts';
import { emitSuite, ensureSuite } from './suites.ts';

/** What a check run may be given; what is absent stays. */
export type CheckFields = {
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
  readonly detailsUrl?: string | undefined;
  readonly status?: CheckStatus | undefined;
  readonly conclusion?: Conclusion | undefined;
  readonly startedAt?: number | undefined;
  readonly completedAt?: number | undefined;
  readonly output?: CheckOutput | undefined;
  readonly actions?: readonly CheckAction[] | undefined;
};

type InRepository = { readonly app: App; readonly repository: Repository };

/** A new check run of an App on a commit; 422 for an unknown commit and for what GitHub's rules forbid. */
export async function createCheckRun(
  hub: Hub,
  { app, repository }: InRepository,
  headSha: string,
  fields: CheckFields & { readonly name: string },
): Promise<CheckRun> {
  checkRules(fields);
  if ((await hub.git(repository).commit(headSha)) === null) {
    throw unprocessable(`No commit found for SHA: ${headSha}`);
  }
  const suite = await ensureSuite(hub, app, repository, headSha);
  const id = hub.state.nextId();
  const run: CheckRun = {
    id,
    nodeId: nodeId('CheckRun', id),
    suite,
    annotations: [],
    name: fields.name,
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: hub.clock(),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    actions: [],
  };
  suite.runs.push(run);
  apply(hub, run, fields);
  emitRun(hub, { action: 'created', repository, run, sender: app.bot });
  if (run.status === 'completed') await tellCompleted(hub, repository, run);
  return run;
}

/** Changes a check run; only its own App may. Annotations are added to those that there are. */
export async function updateCheckRun(
  hub: Hub,
  { app, repository }: InRepository,
  run: CheckRun,
  fields: CheckFields,
): Promise<void> {
  if (run.suite.app.id !== app.id) {
    const message = `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`;
    throw new Refusal(403, message);
  }
  checkRules(fields);
  const wasCompleted = run.status === 'completed';
  apply(hub, run, fields);
  if (run.status === 'completed' && !wasCompleted) await tellCompleted(hub, repository, run);
}

function checkRules({ status, conclusion, output, actions }: CheckFields): void {
  if (status === 'completed' && conclusion === undefined) {
    throw invalid('CheckRun', 'conclusion', 'missing_field', 'conclusion is required when status is completed');
  }
  if (conclusion === 'stale') throw invalid('CheckRun', 'conclusion', 'invalid');
  if (output !== undefined) checkOutput(output);
  if (actions !== undefined) checkActions(actions);
}

function apply(hub: Hub, run: CheckRun, fields: CheckFields): void {
  const { output } = fields;
  run.name = fields.name ?? run.name;
  run.externalId = fields.externalId ?? run.externalId;
  run.detailsUrl = fields.detailsUrl ?? run.detailsUrl;
  run.startedAt = fields.startedAt ?? run.startedAt;
  run.actions = fields.actions ?? run.actions;
  if (output !== undefined) {
    run.title = output.title ?? run.title;
    run.summary = output.summary;
    run.text = output.text ?? run.text;
    run.annotations.push(...(output.annotations ?? []));
  }
  const status = fields.conclusion === undefined ? fields.status : 'completed'; // a conclusion implies completion
  if (status !== undefined) {
    run.status = status;
    run.conclusion = status === 'completed' ? (fields.conclusion ?? run.conclusion) : null;
    run.completedAt = status === 'completed' ? (fields.completedAt ?? hub.clock()) : null;
  }
  run.suite.isRerequested = false;
  run.suite.updatedAt = hub.clock();
}

async function tellCompleted(hub: Hub, repository: Repository, run: CheckRun): Promise<void> {
  const sender = run.suite.app.bot;
  emitRun(hub, { action: 'completed', repository, run, sender });
  if (suiteOutcome(run.suite).status === 'completed') {
    await emitSuite(hub, { action: 'completed', repository, suite: run.suite, sender });
  }
}

/** Somebody presses "Re-run": the App is asked; the run itself stays as it is until the App changes it. */
export function rerequestRun(hub: Hub, sender: User, repository: Repository, run: CheckRun): void {
  if (run.status !== 'completed') throw unprocessable('This check run is not rerequestable');
  run.suite.isRerequested = true;
  emitRun(hub, { action: 'rerequested', repository, run, sender });
}

/** Somebody presses "Re-run all checks" of one App. */
export async function rerequestSuite(hub: Hub, sender: User, repository: Repository, suite: CheckSuite): Promise<void> {
  suite.isRerequested = true;
  await emitSuite(hub, { action: 'rerequested', repository, suite, sender });
}

/** Somebody presses one of the run's own buttons; they are there only once it is completed. */
export function requestAction(
  hub: Hub,
  sender: User,
  { repository, run }: { readonly repository: Repository; readonly run: CheckRun },
  identifier: string,
): void {
  if (run.status !== 'completed') throw unprocessable('The buttons of a check run appear once it is completed');
  if (!run.actions.some((action) => action.identifier === identifier)) {
    throw unprocessable(`The check run has no button ${JSON.stringify(identifier)}`);
  }
  emitRun(hub, { action: 'requested_action', repository, run, sender, extra: { requested_action: { identifier } } });
}

type RunEvent = {
  readonly action: 'created' | 'completed' | 'rerequested' | 'requested_action';
  readonly repository: Repository;
  readonly run: CheckRun;
  readonly sender: User;
  readonly extra?: Json;
};

function emitRun(hub: Hub, { action, repository, run, sender, extra = {} }: RunEvent): void {
  const isRequest = action === 'rerequested' || action === 'requested_action';
  emit(hub, {
    event: 'check_run',
    action,
    repository,
    sender,
    payload: { check_run: renderCheckRunInEvent(hub.url, repository, run), ...extra },
    ...(isRequest && { onlyAppId: run.suite.app.id }),
  });
}
