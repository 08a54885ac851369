import { createCheckRun, requestAction, rerequestRun, rerequestSuite } from '../actions/checks.ts';
import { setDraft } from '../actions/pull-state.ts';
import { refsMoved } from '../actions/refs.ts';
import { signatureOf } from '../actions/signatures.ts';
import { notFound, Refusal, unprocessable } from '../errors.ts';
import type { Hub } from '../hub.ts';
import { install, person, plantApp } from '../plant.ts';
import { renderCheckRun } from '../resources/check.ts';
import { findRepository, installationsOn } from '../state.ts';
import type { CheckRun } from '../state/checks.ts';
import { isAtLeast, type App, type User } from '../state/people.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import { roleOf } from '../state/roles.ts';
import { emitInstallation, emitSelection } from '../webhooks/installation-events.ts';
import type { DirectAct } from './acts.ts';
import { actOnPlace } from './place-acts.ts';

/** What an act works with: the main App is the one that installations are about. */
export type Stage = { readonly hub: Hub; readonly app: App };

/** Does what GitHub offers on its pages only, or what takes several steps. Throws a Refusal when the person may not. */
export async function actDirectly({ hub, app }: Stage, act: DirectAct): Promise<unknown> {
  const [owner = '', name = ''] = act.repo.split('/');
  const repository = findRepository(hub.state, owner, name);
  if (repository === null) throw notFound();
  const user = person(hub, act.as);
  switch (act.do) {
    case 'push':
      needWrite(repository, user);
      return push(hub, user, repository, act);
    case 'ready-for-review':
    case 'convert-to-draft': {
      const issue = repository.issues.get(act.number);
      if (issue === undefined || issue.pull === null) throw notFound();
      if (issue.author.id !== user.id) needWrite(repository, user);
      const isDraft = act.do === 'convert-to-draft';
      await setDraft(hub, { user, app: null }, { repository, issue, pull: issue.pull }, isDraft);
      return null;
    }
    case 'request-check-action':
    case 'rerequest-check':
    case 'rerequest-suite':
    case 'report-check':
      return actOnCheck(hub, user, repository, act);
    case 'set-role':
      return setRole(hub, repository, act);
    case 'rename-repository':
    case 'transfer-repository':
    case 'delete-repository':
    case 'archive-repository':
    case 'unarchive-repository':
    case 'publicize-repository':
    case 'privatize-repository':
    case 'change-default-branch':
    case 'rename-branch':
    case 'transfer-issue':
    case 'delete-issue':
      return actOnPlace({ hub, sender: user, repository }, act);
    case 'install':
    case 'uninstall':
    case 'deselect':
    case 'suspend':
    case 'unsuspend':
      return actOnInstallation({ hub, app }, user, repository, act);
  }
}

type Of<Name extends DirectAct['do']> = Extract<DirectAct, { do: Name }>;

async function push(hub: Hub, user: User, repository: Repository, act: Of<'push'>): Promise<unknown> {
  const git = hub.git(repository);
  const from = await git.resolve(act.from ?? repository.defaultBranch);
  const outcome = await git.commitFiles({
    branch: act.branch,
    changes: Object.entries(act.files).map(([path, content]) => ({ path, content })),
    message: act.message,
    author: signatureOf(hub, user),
    ...(from !== null && { from }),
  });
  if (outcome.kind === 'refused') throw unprocessable('The branch cannot be written');
  const { before, sha } = outcome;
  await refsMoved(hub, { user, app: null }, repository, [{ ref: `refs/heads/${act.branch}`, before, after: sha }]);
  return { sha };
}

type CheckAct = Of<'request-check-action' | 'rerequest-check' | 'rerequest-suite' | 'report-check'>;

async function actOnCheck(hub: Hub, user: User, repository: Repository, act: CheckAct): Promise<unknown> {
  if (act.do === 'report-check') return reportCheck(hub, repository, act);
  needWrite(repository, user); // the buttons are for people with write
  if (act.do === 'request-check-action') {
    requestAction(hub, user, { repository, run: runOf(repository, act.check) }, act.action);
  } else if (act.do === 'rerequest-check') {
    rerequestRun(hub, user, repository, runOf(repository, act.check));
  } else {
    const suite = repository.suites.find((each) => each.id === act.suite);
    if (suite === undefined) throw notFound();
    await rerequestSuite(hub, user, repository, suite);
  }
  return null;
}

/** Another App, such as a CI service named by `as`, reports a check. */
async function reportCheck(hub: Hub, repository: Repository, act: Of<'report-check'>): Promise<unknown> {
  const sha = await hub.git(repository).resolve(act.ref);
  if (sha === null) throw unprocessable(`No commit found for SHA: ${act.ref}`);
  const present = [...hub.state.apps.values()].find((each) => each.slug === act.as);
  const app = present ?? (await plantApp(hub, { id: hub.state.nextId(), slug: act.as, webhookSecret: 'unused' })).app;
  const run = await createCheckRun(hub, { app, repository }, sha, {
    name: act.name,
    status: act.conclusion === undefined ? 'in_progress' : 'completed',
    conclusion: act.conclusion,
    output: { title: act.name, summary: act.summary ?? '' },
  });
  return renderCheckRun(hub.url, repository, run);
}

function runOf(repository: Repository, id: number): CheckRun {
  const run = repository.suites.flatMap((suite) => suite.runs).find((each) => each.id === id);
  if (run === undefined) throw notFound();
  return run;
}

function setRole(hub: Hub, repository: Repository, { login, role }: Of<'set-role'>): null {
  const user = person(hub, login);
  repository.collaborators.set(user.id, { user, role });
  return null;
}

type InstallationAct = Of<'install' | 'uninstall' | 'deselect' | 'suspend' | 'unsuspend'>;

function actOnInstallation({ hub, app }: Stage, sender: User, repository: Repository, act: InstallationAct): null {
  const present = installationsOn(hub.state, repository).find((each) => each.app === app);
  if (act.do === 'install') {
    const others = new Set(hub.state.installations.keys());
    const installation = install(hub, app, repository);
    if (act.all === true) installation.repositoryIds = null;
    if (!others.has(installation.id)) emitInstallation(hub, installation, { action: 'created', sender });
    else emitSelection(hub, installation, { added: [repository], removed: [], sender });
    return null;
  }
  if (present === undefined) throw new Refusal(422, `The App is not installed on ${fullName(repository)}`);
  switch (act.do) {
    case 'uninstall':
      hub.state.installations.delete(present.id);
      hub.tokens.revokeInstallation(present.id);
      emitInstallation(hub, present, { action: 'deleted', sender });
      return null;
    case 'deselect':
      present.repositoryIds?.delete(repository.id);
      emitSelection(hub, present, { added: [], removed: [repository], sender });
      return null;
    case 'suspend':
      present.suspendedAt = hub.clock();
      present.suspendedBy = sender;
      hub.tokens.revokeInstallation(present.id);
      emitInstallation(hub, present, { action: 'suspend', sender });
      return null;
    case 'unsuspend':
      present.suspendedAt = null;
      present.suspendedBy = null;
      emitInstallation(hub, present, { action: 'unsuspend', sender });
      return null;
  }
}

function needWrite(repository: Repository, user: User): void {
  if (!isAtLeast(roleOf(repository, user), 'write')) throw new Refusal(403, 'Write access is needed for this.');
}
