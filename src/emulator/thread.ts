import type { Hub } from './hub.ts';
import { notFound } from './errors.ts';
import { instant, type Json } from './resources/json.ts';
import { renderIssueEvent } from './resources/issue-event.ts';
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
  };
}
