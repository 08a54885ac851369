import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue } from '../state/threads.ts';
import { renderAppOrNull } from './app.ts';
import { associationOf } from './association.ts';
import { renderComment } from './comment.ts';
import { instant, instantOrNull, type Json } from './json.ts';
import { renderLabel } from './label.ts';
import { renderMilestone } from './milestone.ts';
import { renderReactionCounts } from './reaction.ts';
import { renderUser, renderUserOrNull } from './user.ts';

/** `issue`; for a pull request its conversation half, with `pull_request` set. */
export function renderIssue(url: string, repository: Repository, issue: Issue): Json {
  const name = fullName(repository);
  const api = `${url}/repos/${name}/issues/${issue.number}`;
  const kind = issue.pull === null ? 'issues' : 'pull';
  const pinned = issue.comments.find((comment) => comment.pin !== null) ?? null;
  return {
    url: api,
    repository_url: `${url}/repos/${name}`,
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: `${url}/${name}/${kind}/${issue.number}`,
    timeline_url: `${api}/timeline`,
    id: issue.id,
    node_id: issue.nodeId,
    number: issue.number,
    title: issue.title,
    user: renderUser(url, issue.author),
    labels: issue.labels.map((label) => renderLabel(`${url}/repos/${name}`, label)),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: issue.isLocked,
    active_lock_reason: issue.lockReason,
    assignee: renderUserOrNull(url, issue.assignees[0] ?? null),
    assignees: issue.assignees.map((user) => renderUser(url, user)),
    milestone: issue.milestone === null ? null : renderMilestone(url, repository, issue.milestone),
    comments: issue.comments.length,
    created_at: instant(issue.createdAt),
    updated_at: instant(issue.updatedAt),
    closed_at: instantOrNull(issue.closedAt),
    closed_by: renderUserOrNull(url, issue.closedBy),
    author_association: associationOf(repository, issue.author),
    body: issue.body,
    reactions: renderReactionCounts(api, issue.reactions),
    performed_via_github_app: renderAppOrNull(url, issue.viaApp),
    pinned_comment: pinned === null ? null : renderComment(url, { repository, issue, comment: pinned }),
    ...(issue.pull === null ? renderRelations(issue) : renderPullLinks(url, name, issue)),
  };
}

function renderRelations(issue: Issue): Json {
  const blockers = [...issue.blockedBy];
  const completed = issue.children.filter((child) => child.state === 'closed').length;
  const total = issue.children.length;
  return {
    sub_issues_summary: {
      total,
      completed,
      percent_completed: total === 0 ? 0 : Math.floor((completed * 100) / total),
    },
    issue_dependencies_summary: {
      blocked_by: blockers.filter((blocker) => blocker.state === 'open').length,
      total_blocked_by: blockers.length,
      blocking: [...issue.blocking].filter((blocked) => blocked.state === 'open').length,
      total_blocking: issue.blocking.size,
    },
  };
}

function renderPullLinks(url: string, name: string, issue: Issue): Json {
  const html = `${url}/${name}/pull/${issue.number}`;
  return {
    draft: issue.pull?.isDraft ?? false,
    pull_request: {
      url: `${url}/repos/${name}/pulls/${issue.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: instantOrNull(issue.pull?.mergedAt ?? null),
    },
  };
}
