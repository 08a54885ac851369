import { openIssue } from '../actions/issues.ts';
import { Moved, notFound, Refusal, unprocessable } from '../errors.ts';
import { runGit } from '../git.ts';
import type { Hub } from '../hub.ts';
import { person } from '../plant.ts';
import { renderIssue } from '../resources/issue.ts';
import type { Json } from '../resources/json.ts';
import { renderRepository } from '../resources/repository.ts';
import { renderUser } from '../resources/user.ts';
import { findRepository, installationsOn, moveRepository, removeRepository } from '../state.ts';
import type { User } from '../state/people.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue } from '../state/threads.ts';
import { emit } from '../webhooks/emit.ts';
import { emitSelection } from '../webhooks/installation-events.ts';
import { emitThread } from '../webhooks/thread-events.ts';
import type { PlaceAct } from './acts.ts';

type Scene = { readonly hub: Hub; readonly sender: User; readonly repository: Repository };

/** What befalls a whole repository or issue: its name, its owner, whether it is there at all. */
export async function actOnPlace(scene: Scene, act: PlaceAct): Promise<null> {
  switch (act.do) {
    case 'rename-repository':
      return rename(scene, act.name);
    case 'transfer-repository':
      return transfer(scene, act.to);
    case 'delete-repository':
      tell(scene, 'deleted');
      removeRepository(scene.hub.state, scene.repository);
      return null;
    case 'archive-repository':
    case 'unarchive-repository':
      scene.repository.isArchived = act.do === 'archive-repository';
      return tell(scene, scene.repository.isArchived ? 'archived' : 'unarchived');
    case 'publicize-repository':
    case 'privatize-repository':
      scene.repository.isPrivate = act.do === 'privatize-repository';
      return tell(scene, scene.repository.isPrivate ? 'privatized' : 'publicized');
    case 'change-default-branch':
      return changeDefaultBranch(scene, act.branch);
    case 'rename-branch':
      return renameBranch(scene, act.branch, act.name);
    case 'transfer-issue':
      return transferIssue(scene, issueOf(scene.repository, act.number), act.to);
    case 'delete-issue':
      return deleteIssue(scene, issueOf(scene.repository, act.number));
  }
}

function tell({ hub, sender, repository }: Scene, action: string, changes?: Json): null {
  emit(hub, { event: 'repository', action, repository, sender, payload: changes === undefined ? {} : { changes } });
  return null;
}

async function rename(scene: Scene, name: string): Promise<null> {
  const { hub, repository } = scene;
  const from = repository.name;
  await hub.moveGit(repository, { owner: repository.owner.login, name });
  moveRepository(hub.state, repository, { owner: repository.owner, name });
  return tell(scene, 'renamed', { repository: { name: { from } } });
}

/** GitHub tells only the new owner's installations of a transfer; the old ones see that the repository left them. */
async function transfer(scene: Scene, to: string): Promise<null> {
  const { hub, repository, sender } = scene;
  const before = repository.owner;
  const left = installationsOn(hub.state, repository);
  const owner = person(hub, to);
  await hub.moveGit(repository, { owner: owner.login, name: repository.name });
  moveRepository(hub.state, repository, { owner, name: repository.name });
  for (const installation of left) {
    installation.repositoryIds?.delete(repository.id);
    emitSelection(hub, installation, { added: [], removed: [repository], sender });
  }
  const kind = before.type === 'Organization' ? 'organization' : 'user';
  return tell(scene, 'transferred', { owner: { from: { [kind]: renderUser(hub.url, before) } } });
}

async function changeDefaultBranch(scene: Scene, branch: string): Promise<null> {
  const { hub, repository } = scene;
  const git = hub.git(repository);
  if ((await git.ref(`refs/heads/${branch}`)) === null) throw notFound();
  await runGit(git.directory, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  const from = repository.defaultBranch;
  repository.defaultBranch = branch;
  return tell(scene, 'edited', { default_branch: { from } });
}

/** GitHub points the pull requests onto it to its new name. */
async function renameBranch(scene: Scene, branch: string, name: string): Promise<null> {
  const { hub, repository } = scene;
  const git = hub.git(repository);
  const ref = await git.ref(`refs/heads/${branch}`);
  if (ref === null) throw notFound();
  if ((await git.createRef(`refs/heads/${name}`, ref.sha)) !== 'created') throw unprocessable('Branch already exists');
  for (const { pull } of repository.issues.values()) if (pull?.baseRef === branch) pull.baseRef = name;
  if (repository.defaultBranch === branch) await changeDefaultBranch(scene, name);
  await git.deleteRef(`refs/heads/${branch}`);
  return null;
}

function issueOf(repository: Repository, number: number): Issue {
  const issue = repository.issues.get(number);
  if (issue === undefined || issue.pull !== null) throw notFound();
  return issue;
}

/** The issue gets a new number where it goes; its old address leads there. */
async function transferIssue({ hub, repository, sender }: Scene, issue: Issue, to: string): Promise<null> {
  const [owner = '', name = ''] = to.split('/');
  const target = findRepository(hub.state, owner, name);
  if (target === null || target.owner !== repository.owner) throw new Refusal(422, 'The issue cannot go there');
  const actor = { user: issue.author, app: issue.viaApp };
  const moved = await openIssue(hub, actor, target, { title: issue.title, body: issue.body, labels: [] });
  moved.comments.push(...issue.comments);
  const changes = {
    new_issue: renderIssue(hub.url, target, moved),
    new_repository: renderRepository(hub.url, target),
  };
  await emitThread(hub, { repository, issue }, { action: 'transferred', sender, extra: { changes } });
  const location = `${hub.url}/repos/${fullName(target)}/issues/${moved.number}`;
  remove(hub, repository, issue, (method) => new Moved(method === 'GET' ? 301 : 307, location));
  return null;
}

async function deleteIssue({ hub, repository, sender }: Scene, issue: Issue): Promise<null> {
  await emitThread(hub, { repository, issue }, { action: 'deleted', sender });
  remove(hub, repository, issue, () => new Refusal(410, 'This issue was deleted'));
  return null;
}

function remove({ state }: Hub, repository: Repository, issue: Issue, refusal: (method: string) => Refusal): void {
  repository.issues.delete(issue.number);
  repository.goneIssues.set(issue.number, refusal);
  state.nodes.delete(issue.nodeId);
}
