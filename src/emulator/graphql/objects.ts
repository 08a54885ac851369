import { pullFacts } from '../pull-facts.ts';
import type { Hub } from '../hub.ts';
import type { CommentInPlace } from '../resources/comment.ts';
import { instant } from '../resources/json.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { User } from '../state/people.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue } from '../state/threads.ts';
import { GraphError, type GraphObject } from './execute.ts';

/** A person or bot. */
export const userObject = (hub: Hub, user: User): GraphObject => ({
  type: user.type === 'Bot' ? 'Bot' : 'User',
  fields: {
    id: () => user.nodeId,
    databaseId: () => user.id,
    login: () => user.login.replace(/\[bot\]$/, ''),
    url: () => `${hub.url}/${encodeURIComponent(user.login)}`,
  },
});

/** A comment in a conversation. */
export const commentObject = (hub: Hub, { repository, issue, comment }: CommentInPlace): GraphObject => ({
  type: 'IssueComment',
  fields: {
    id: () => comment.nodeId,
    databaseId: () => comment.id,
    fullDatabaseId: () => String(comment.id),
    body: () => comment.body,
    url: () => `${hub.url}/${fullName(repository)}/issues/${issue.number}#issuecomment-${comment.id}`,
    author: () => userObject(hub, comment.author),
    isMinimized: () => comment.minimizedReason !== null,
    minimizedReason: () => comment.minimizedReason,
    createdAt: () => instant(comment.createdAt),
    updatedAt: () => instant(comment.updatedAt),
  },
});

/** An issue. */
export const issueObject = (hub: Hub, repository: Repository, issue: Issue): GraphObject => ({
  type: 'Issue',
  fields: {
    ...threadFields(hub, repository, issue),
    id: () => issue.nodeId,
    databaseId: () => issue.id,
    state: () => issue.state.toUpperCase(),
    stateReason: () => issue.stateReason?.toUpperCase() ?? null,
    url: () => `${hub.url}/${fullName(repository)}/issues/${issue.number}`,
  },
});

/** A pull request. */
export const pullObject = (hub: Hub, place: PullInPlace): GraphObject => {
  const { repository, issue, pull } = place;
  return {
    type: 'PullRequest',
    fields: {
      ...threadFields(hub, repository, issue),
      id: () => pull.nodeId,
      databaseId: () => pull.id,
      state: () => (pull.mergedAt === null ? issue.state.toUpperCase() : 'MERGED'),
      url: () => `${hub.url}/${fullName(repository)}/pull/${issue.number}`,
      isDraft: () => pull.isDraft,
      merged: () => pull.mergedAt !== null,
      headRefName: () => pull.headRef,
      headRefOid: () => pull.headSha,
      baseRefName: () => pull.baseRef,
      baseRefOid: () => pull.baseSha,
      mergeable: async () => {
        const { isMergeable } = await pullFacts(hub, place);
        return isMergeable === null ? 'UNKNOWN' : isMergeable ? 'MERGEABLE' : 'CONFLICTING';
      },
      mergeStateStatus: async () => (await pullFacts(hub, place)).mergeableState.toUpperCase(),
      autoMergeRequest: () => autoMergeObject(hub, place),
    },
  };
};

function autoMergeObject(hub: Hub, { pull }: PullInPlace): GraphObject | null {
  const { autoMerge } = pull;
  if (autoMerge === null) return null;
  return {
    type: 'AutoMergeRequest',
    fields: {
      mergeMethod: () => autoMerge.method.toUpperCase(),
      enabledBy: () => userObject(hub, autoMerge.by),
      commitHeadline: () => autoMerge.title,
      commitBody: () => autoMerge.message,
    },
  };
}

/** A repository and the threads in it. */
export const repositoryObject = (hub: Hub, repository: Repository): GraphObject => ({
  type: 'Repository',
  fields: {
    id: () => repository.nodeId,
    databaseId: () => repository.id,
    name: () => repository.name,
    nameWithOwner: () => fullName(repository),
    isPrivate: () => repository.isPrivate,
    issue: ({ number }) => {
      const issue = repository.issues.get(Number(number));
      if (issue === undefined || issue.pull !== null) throw missing('Issue', number);
      return issueObject(hub, repository, issue);
    },
    pullRequest: ({ number }) => {
      const issue = repository.issues.get(Number(number));
      if (issue === undefined || issue.pull === null) throw missing('PullRequest', number);
      return pullObject(hub, { repository, issue, pull: issue.pull });
    },
  },
});

const missing = (type: string, number: unknown): GraphError =>
  new GraphError(
    'NOT_FOUND',
    `Could not resolve to ${type === 'Issue' ? 'an' : 'a'} ${type} with the number of ${String(number)}.`,
  );

function threadFields(hub: Hub, repository: Repository, issue: Issue): GraphObject['fields'] {
  return {
    number: () => issue.number,
    title: () => issue.title,
    body: () => issue.body ?? '',
    locked: () => issue.isLocked,
    author: () => userObject(hub, issue.author),
    createdAt: () => instant(issue.createdAt),
    updatedAt: () => instant(issue.updatedAt),
    repository: () => repositoryObject(hub, repository),
  };
}
