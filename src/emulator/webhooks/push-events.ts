import { identify } from '../actions/signatures.ts';
import type { Hub } from '../hub.ts';
import { isAncestor } from '../repository/refs.ts';
import type { Commit, Person } from '../repository/commits.ts';
import type { Json } from '../resources/json.ts';
import type { Actor } from '../state/actor.ts';
import type { RefMove } from '../state/refs.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import { emit } from './emit.ts';

const nothing = '0'.repeat(40);
const COMMITS_MAX = 2048; // GitHub lists no more in one push

/** `push`, and `create` or `delete` when the ref came or went. */
export async function emitPush(hub: Hub, actor: Actor, repository: Repository, move: RefMove): Promise<void> {
  const { ref, before, after } = move;
  const git = hub.git(repository);
  const isGone = after === nothing;
  const sender = actor.user;
  const tip = isGone ? null : await git.resolve(after);
  const from = before === nothing ? await baseTip(hub, repository, ref) : before;
  const listed =
    tip === null || (from !== null && !(await git.commit(from)))
      ? []
      : await git.log({ to: tip, ...(from !== null && { from }), limit: COMMITS_MAX, oldestFirst: true });
  const head = tip === null ? null : await git.commit(tip);
  const isForced = before !== nothing && !isGone && !(await isAncestor(git.directory, before, after));
  const compare =
    isGone || before === nothing
      ? ref.replace(/^refs\/(heads|tags)\//, '')
      : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  emit(hub, {
    event: 'push',
    action: null,
    repository,
    sender,
    payload: {
      ref,
      before,
      after,
      created: before === nothing,
      deleted: isGone,
      forced: isForced,
      base_ref: null,
      compare: `${hub.url}/${fullName(repository)}/compare/${compare}`,
      commits: await Promise.all(listed.map((commit) => renderPushed(hub, repository, commit))),
      head_commit: head === null ? null : await renderPushed(hub, repository, head),
      pusher: { name: sender.login, email: sender.email },
    },
    repositoryExtra: {
      created_at: Math.floor(repository.createdAt / 1000), // seconds here, text everywhere else
      pushed_at: Math.floor(repository.pushedAt / 1000),
      stargazers: 0,
      master_branch: repository.defaultBranch,
    },
  });
  if (before === nothing || isGone) emitCreateOrDelete(hub, actor, repository, move);
}

/** A new branch brings what the default branch lacks. */
async function baseTip(hub: Hub, repository: Repository, ref: string): Promise<string | null> {
  const name = `refs/heads/${repository.defaultBranch}`;
  if (name === ref) return null;
  return (await hub.git(repository).ref(name))?.sha ?? null;
}

function emitCreateOrDelete(hub: Hub, { user }: Actor, repository: Repository, { ref, after }: RefMove): void {
  const event = after === nothing ? 'delete' : 'create';
  const payload = {
    ref: ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ...(event === 'create' && { master_branch: repository.defaultBranch, description: repository.description }),
    pusher_type: 'user',
  };
  emit(hub, { event, action: null, repository, sender: user, payload });
}

async function renderPushed(hub: Hub, repository: Repository, commit: Commit): Promise<Json> {
  const files = await hub.git(repository).files(commit.parents[0] ?? null, commit.sha);
  const named = (...statuses: readonly string[]): readonly string[] =>
    files.filter(({ status }) => statuses.includes(status)).map(({ filename }) => filename);
  const renamed = files.flatMap((file) => (file.previous_filename === undefined ? [] : [file.previous_filename]));
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${hub.url}/${fullName(repository)}/commit/${commit.sha}`,
    author: renderPerson(hub, commit.author),
    committer: renderPerson(hub, commit.committer),
    added: named('added', 'renamed'),
    removed: [...named('removed'), ...renamed],
    modified: named('modified', 'changed'),
  };
}

function renderPerson(hub: Hub, { name, email }: Person): Json {
  const user = identify(hub, email);
  return { name, email, ...(user !== null && { username: user.login }) };
}
