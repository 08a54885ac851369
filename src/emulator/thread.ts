import type { Hub } from './hub.ts';
import { notFound } from './errors.ts';
import { instant, type Json } from './resources/json.ts';
import { renderCheckRun } from './resources/check.ts';
import { renderIssueEvent } from './resources/issue-event.ts';
import type { Pull } from './state/threads.ts';
import { findRepository } from './state.ts';

/** An issue or pull request as a person sees it: what it says, its comments and its history, oldest first. */
export type Thread = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly isPull: boolean;
  readonly isDraft: boolean;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly comments: readonly ThreadComment[];
  readonly events: readonly Json[];
  /** The code half, or null for an issue. */
  readonly pull: ThreadPull | null;
};

export type ThreadPull = {
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly mergeCommitSha: string | null;
  readonly mergedBy: string | null;
  readonly reviews: readonly { readonly author: string; readonly state: string; readonly body: string }[];
};

export type ThreadComment = {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly isMinimized: boolean;
  readonly reactions: readonly string[];
};

/** Every thread of a repository, by number; `repo` is OWNER/NAME. */
export function readThreads(hub: Hub, repo: string): readonly Thread[] {
  const [owner = '', name = ''] = repo.split('/');
  const repository = findRepository(hub.state, owner, name);
  if (repository === null) throw notFound();
  return [...repository.issues.keys()].map((number) => readThread(hub, repo, number));
}

/** Reads a thread; `repo` is OWNER/NAME. */
export function readThread(hub: Hub, repo: string, number: number): Thread {
  const [owner = '', name = ''] = repo.split('/');
  const repository = findRepository(hub.state, owner, name);
  const issue = repository?.issues.get(number);
  if (!repository || !issue) throw notFound();
  return {
    number,
    title: issue.title,
    body: issue.body ?? '',
    author: issue.author.login,
    state: issue.pull?.mergedAt ? 'merged' : issue.state,
    isPull: issue.pull !== null,
    isDraft: issue.pull?.isDraft ?? false,
    labels: issue.labels.map((label) => label.name),
    assignees: issue.assignees.map((user) => user.login),
    comments: issue.comments.map((comment) => ({
      id: comment.id,
      author: comment.author.login,
      body: comment.body,
      createdAt: instant(comment.createdAt),
      updatedAt: instant(comment.updatedAt),
      isMinimized: comment.minimizedReason !== null,
      reactions: comment.reactions.map((reaction) => reaction.content),
    })),
    events: issue.events.map((event) => renderIssueEvent(hub.url, repository, event)),
    pull: issue.pull === null ? null : readPull(issue.pull),
  };
}

const readPull = (pull: Pull): ThreadPull => ({
  headRef: pull.headRef,
  headSha: pull.headSha,
  baseRef: pull.baseRef,
  mergeCommitSha: pull.mergeCommitSha,
  mergedBy: pull.mergedBy?.login ?? null,
  reviews: pull.reviews.map(({ author, state, body }) => ({ author: author.login, state, body })),
});

/** Every check run of a repository, oldest first, in GitHub's shape; `repo` is OWNER/NAME. */
export function readCheckRuns(hub: Hub, repo: string): readonly Json[] {
  const [owner = '', name = ''] = repo.split('/');
  const repository = findRepository(hub.state, owner, name);
  if (repository === null) throw notFound();
  const runs = repository.suites.flatMap((suite) => suite.runs).toSorted((one, other) => one.id - other.id);
  return runs.map((run) => ({ ...renderCheckRun(hub.url, repository, run), actions: run.actions }));
}
