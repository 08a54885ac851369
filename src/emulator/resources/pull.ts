import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue, Pull } from '../state/threads.ts';
import { associationOf } from './association.ts';
import { instant, instantOrNull, type Json } from './json.ts';
import { renderLabel } from './label.ts';
import { renderMilestone } from './milestone.ts';
import { renderRepository } from './repository.ts';
import { renderUser, renderUserOrNull } from './user.ts';

/** A pull request with where it is. */
export type PullInPlace = { readonly repository: Repository; readonly issue: Issue; readonly pull: Pull };

/** What git says about a pull request at one instant. */
export type PullFacts = {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
  /** Null once it is closed. */
  readonly isMergeable: boolean | null;
  readonly mergeableState: 'clean' | 'dirty' | 'draft' | 'blocked' | 'behind' | 'unstable' | 'unknown';
};

/** `pull-request`. */
export function renderPull(url: string, place: PullInPlace, facts: PullFacts): Json {
  const { pull, issue } = place;
  return {
    ...renderPullSimple(url, place),
    merged: pull.mergedAt !== null,
    mergeable: facts.isMergeable,
    rebaseable: facts.isMergeable,
    mergeable_state: facts.mergeableState,
    merged_by: renderUserOrNull(url, pull.mergedBy),
    comments: issue.comments.length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: pull.maintainerCanModify,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
  };
}

/** `pull-request-simple`: as it is in lists and in review events. */
export function renderPullSimple(url: string, { repository, issue, pull }: PullInPlace): Json {
  const repositoryUrl = `${url}/repos/${fullName(repository)}`;
  return {
    ...pullLinks(url, fullName(repository), issue, pull),
    id: pull.id,
    node_id: pull.nodeId,
    number: issue.number,
    state: issue.state,
    locked: issue.isLocked,
    active_lock_reason: issue.lockReason,
    title: issue.title,
    user: renderUser(url, issue.author),
    body: issue.body,
    labels: issue.labels.map((label) => ({
      ...renderLabel(repositoryUrl, label),
      description: label.description ?? '',
    })),
    milestone: issue.milestone === null ? null : renderMilestone(url, repository, issue.milestone),
    created_at: instant(issue.createdAt),
    updated_at: instant(issue.updatedAt),
    closed_at: instantOrNull(issue.closedAt),
    merged_at: instantOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    assignee: renderUserOrNull(url, issue.assignees[0] ?? null),
    assignees: issue.assignees.map((user) => renderUser(url, user)),
    requested_reviewers: pull.requestedReviewers.map((user) => renderUser(url, user)),
    requested_teams: [],
    head: renderSide(url, repository, pull.headRef, pull.headSha),
    base: renderSide(url, repository, pull.baseRef, pull.baseSha),
    author_association: associationOf(repository, issue.author),
    auto_merge:
      pull.autoMerge === null
        ? null
        : {
            enabled_by: renderUser(url, pull.autoMerge.by),
            merge_method: pull.autoMerge.method,
            commit_title: pull.autoMerge.title ?? '',
            commit_message: pull.autoMerge.message ?? '',
          },
    draft: pull.isDraft,
  };
}

/** `pull-request-minimal`: as it is inside checks. */
export function renderPullReference(url: string, { repository, issue, pull }: PullInPlace): Json {
  const api = `${url}/repos/${fullName(repository)}`;
  const repo = { id: repository.id, url: api, name: repository.name };
  return {
    id: pull.id,
    number: issue.number,
    url: `${api}/pulls/${issue.number}`,
    head: { ref: pull.headRef, sha: pull.headSha, repo },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo },
  };
}

function renderSide(url: string, repository: Repository, ref: string, sha: string): Json {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: renderUser(url, repository.owner),
    repo: renderRepository(url, repository),
  };
}

function pullLinks(url: string, name: string, issue: Issue, pull: Pull): Json {
  const api = `${url}/repos/${name}/pulls/${issue.number}`;
  const html = `${url}/${name}/pull/${issue.number}`;
  const issueUrl = `${url}/repos/${name}/issues/${issue.number}`;
  const statuses = `${url}/repos/${name}/statuses/${pull.headSha}`;
  const reviewComment = `${url}/repos/${name}/pulls/comments{/number}`;
  return {
    url: api,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    commits_url: `${api}/commits`,
    review_comments_url: `${api}/comments`,
    review_comment_url: reviewComment,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    _links: {
      self: { href: api },
      html: { href: html },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${api}/comments` },
      review_comment: { href: reviewComment },
      commits: { href: `${api}/commits` },
      statuses: { href: statuses },
    },
  };
}
