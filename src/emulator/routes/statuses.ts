import { z } from 'zod';

import { unprocessable } from '../errors.ts';
import { renderStatus, renderStatusSimple } from '../resources/check.ts';
import { renderRepositoryCommit } from '../resources/commit.ts';
import { instant } from '../resources/json.ts';
import { renderRepository } from '../resources/repository.ts';
import { identify } from '../actions/signatures.ts';
import {
  created,
  ok,
  parseBody,
  repositoryRoute,
  repositoryUrl,
  textOf,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { CommitStatus } from '../state/checks.ts';
import { nodeId } from '../state/ids.ts';
import { emit } from '../webhooks/emit.ts';

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.string().nullish(),
  description: z.string().nullish(),
  context: z.string().default('default'),
});

/** Commit statuses: the older way of CI to speak. */
export const statusRoutes: readonly Route[] = [
  repositoryRoute('POST /repos/{owner}/{repo}/statuses/{sha}', { permission: 'statuses:write' }, create),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/status', { permission: 'statuses:read' }, async (call) => {
    const { hub, repository } = call;
    const sha = await hub.git(repository).resolve(textOf(call, 'ref'));
    if (sha === null) throw unprocessable(`No commit found for SHA: ${textOf(call, 'ref')}`);
    const latest = new Map<string, CommitStatus>();
    for (const status of repository.statuses) if (status.sha === sha) latest.set(status.context, status);
    const statuses = [...latest.values()];
    return ok({
      state: combined(statuses),
      statuses: statuses.map((status) => renderStatusSimple(hub.url, repository, status)),
      sha,
      total_count: statuses.length,
      repository: renderRepository(hub.url, repository),
      commit_url: `${repositoryUrl(call)}/commits/${sha}`,
      url: `${repositoryUrl(call)}/commits/${sha}/status`,
    });
  }),
];

async function create(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, actor } = call;
  const sha = textOf(call, 'sha');
  const input = parseBody(call, newStatus);
  const commit = await hub.git(repository).commit(sha);
  if (commit === null) throw unprocessable(`No commit found for SHA: ${sha}`);
  const id = hub.state.nextId();
  const status: CommitStatus = {
    id,
    nodeId: nodeId('Status', id),
    sha,
    context: input.context,
    state: input.state,
    description: input.description ?? null,
    targetUrl: input.target_url ?? null,
    creator: actor.user,
    createdAt: hub.clock(),
  };
  repository.statuses.push(status);
  const branches = await hub.git(repository).refs('refs/heads/');
  const payload = {
    id,
    sha,
    name: `${repository.owner.login}/${repository.name}`,
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: renderRepositoryCommit(hub.url, repository, commit, (email) => identify(hub, email)),
    branches: branches
      .filter((branch) => branch.sha === sha)
      .map(({ ref }) => ({
        name: ref.slice('refs/heads/'.length),
        commit: { sha, url: `${repositoryUrl(call)}/commits/${sha}` },
        protected: false,
      })),
    created_at: instant(status.createdAt),
    updated_at: instant(status.createdAt),
  };
  emit(hub, { event: 'status', action: null, repository, sender: actor.user, payload });
  return created(renderStatus(hub.url, repository, status));
}

function combined(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}
