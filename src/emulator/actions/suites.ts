import type { Hub } from '../hub.ts';
import { renderCheckSuiteInEvent } from '../resources/check.ts';
import { renderSimpleCommit } from '../resources/commit.ts';
import type { Json } from '../resources/json.ts';
import type { Actor } from '../state/actor.ts';
import type { CheckSuite } from '../state/checks.ts';
import { nodeId } from '../state/ids.ts';
import { isGranted, type App, type User } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';
import { installationsOn } from '../state.ts';
import { emit } from '../webhooks/emit.ts';

const nothing = '0'.repeat(40);

type Pushed = { readonly branch: string; readonly before: string; readonly after: string };

/** GitHub opens one suite per App that may write checks for each commit that is pushed. */
export async function openSuites(hub: Hub, actor: Actor, repository: Repository, pushed: Pushed): Promise<void> {
  for (const { app, permissions } of installationsOn(hub.state, repository)) {
    if (!isGranted(permissions, 'checks:write') || repository.quietApps.has(app)) continue;
    if (repository.suites.some((suite) => suite.app.id === app.id && suite.headSha === pushed.after)) continue;
    const before = pushed.before === nothing ? null : pushed.before;
    const suite = addSuite(hub, repository, { app, headSha: pushed.after, headBranch: pushed.branch, before });
    await emitSuite(hub, { action: 'requested', repository, suite, sender: actor.user });
  }
}

type NewSuite = Pick<CheckSuite, 'app' | 'headSha' | 'headBranch' | 'before'>;

/** The record of a new suite; no event. */
export function addSuite(hub: Hub, repository: Repository, fields: NewSuite): CheckSuite {
  const id = hub.state.nextId();
  const now = hub.clock();
  const suite: CheckSuite = {
    id,
    nodeId: nodeId('CheckSuite', id),
    ...fields,
    createdAt: now,
    updatedAt: now,
    runs: [],
    isRerequested: false,
  };
  repository.suites.push(suite);
  return suite;
}

/** The App's suite on a commit, made when there is none. */
export async function ensureSuite(hub: Hub, app: App, repository: Repository, headSha: string): Promise<CheckSuite> {
  const present = repository.suites.find((suite) => suite.app.id === app.id && suite.headSha === headSha);
  if (present !== undefined) return present;
  const branches = await hub.git(repository).refs('refs/heads/');
  const branch = branches.find(({ sha }) => sha === headSha)?.ref.slice('refs/heads/'.length) ?? null;
  return addSuite(hub, repository, { app, headSha, headBranch: branch, before: null });
}

type SuiteEvent = {
  readonly action: 'requested' | 'rerequested' | 'completed';
  readonly repository: Repository;
  readonly suite: CheckSuite;
  readonly sender: User;
};

/** `check_suite`; requests go to the App that owns the suite alone. */
export async function emitSuite(hub: Hub, { action, repository, suite, sender }: SuiteEvent): Promise<void> {
  const head = await headCommit(hub, repository, suite);
  emit(hub, {
    event: 'check_suite',
    action,
    repository,
    sender,
    payload: { check_suite: renderCheckSuiteInEvent(hub.url, repository, suite, head) },
    ...(action !== 'completed' && { onlyAppId: suite.app.id }),
  });
}

/** The commit of a suite, as its answers carry it. */
export async function headCommit(hub: Hub, repository: Repository, suite: CheckSuite): Promise<Json> {
  const commit = await hub.git(repository).commit(suite.headSha);
  if (commit === null) throw new Error(`The commit ${suite.headSha} of a suite is gone`);
  return renderSimpleCommit(commit);
}
