import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue, IssueEvent } from '../state/threads.ts';
import { renderAppOrNull } from './app.ts';
import { renderIssue } from './issue.ts';
import { instant, type Json } from './json.ts';
import { renderUser } from './user.ts';

/** One event of an issue's history, as in its events list and its timeline. */
export function renderIssueEvent(url: string, repository: Repository, event: IssueEvent): Json {
  const api = `${url}/repos/${fullName(repository)}`;
  const { extra } = event;
  if (event.event === 'cross-referenced' && extra.source !== undefined) {
    return renderCrossReference(url, repository, event, extra.source);
  }
  return {
    id: event.id,
    node_id: event.nodeId,
    url: `${api}/issues/events/${event.id}`,
    actor: renderUser(url, event.actor),
    event: event.event,
    commit_id: event.commitId,
    commit_url: event.commitId === null ? null : `${api}/commits/${event.commitId}`,
    created_at: instant(event.createdAt),
    performed_via_github_app: renderAppOrNull(url, event.viaApp),
    ...(extra.label && { label: extra.label }),
    ...(extra.assignee && {
      assignee: renderUser(url, extra.assignee),
      assigner: renderUser(url, event.actor),
    }),
    ...(extra.rename && { rename: extra.rename }),
    ...(extra.milestone !== undefined && { milestone: { title: extra.milestone } }),
    ...(extra.requestedReviewer && {
      review_requester: renderUser(url, event.actor),
      requested_reviewer: renderUser(url, extra.requestedReviewer),
    }),
    ...(extra.lockReason !== undefined && { lock_reason: extra.lockReason }),
    ...(extra.stateReason !== undefined && { state_reason: extra.stateReason }),
  };
}

function renderCrossReference(url: string, repository: Repository, event: IssueEvent, source: Issue): Json {
  return {
    event: 'cross-referenced',
    actor: renderUser(url, event.actor),
    created_at: instant(event.createdAt),
    updated_at: instant(event.createdAt),
    source: { type: 'issue', issue: renderIssue(url, repository, source) },
  };
}
