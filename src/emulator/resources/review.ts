import { fullName } from '../state/repositories.ts';
import type { Review, ReviewComment } from '../state/threads.ts';
import { associationOf } from './association.ts';
import { instant, type Json } from './json.ts';
import type { PullInPlace } from './pull.ts';
import { renderReactionCounts } from './reaction.ts';
import { renderUser } from './user.ts';

/** `pull-request-review`. */
export function renderReview(url: string, place: PullInPlace, review: Review): Json {
  const { repository, issue } = place;
  const html = `${url}/${fullName(repository)}/pull/${issue.number}#pullrequestreview-${review.id}`;
  const pullUrl = `${url}/repos/${fullName(repository)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: review.nodeId,
    user: renderUser(url, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: associationOf(repository, review.author),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    ...(review.submittedAt !== null && { submitted_at: instant(review.submittedAt) }),
    commit_id: review.commitId,
  };
}

/** `pull-request-review-comment`. */
export function renderReviewComment(url: string, place: PullInPlace, comment: ReviewComment): Json {
  const { repository, issue } = place;
  const name = fullName(repository);
  const api = `${url}/repos/${name}/pulls/comments/${comment.id}`;
  const html = `${url}/${name}/pull/${issue.number}#discussion_r${comment.id}`;
  const pullUrl = `${url}/repos/${name}/pulls/${issue.number}`;
  const line = comment.line ?? 1;
  return {
    url: api,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: comment.nodeId,
    diff_hunk: '@@ -1 +1 @@',
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.commitId,
    user: renderUser(url, comment.author),
    body: comment.body,
    created_at: instant(comment.createdAt),
    updated_at: instant(comment.updatedAt),
    html_url: html,
    pull_request_url: pullUrl,
    author_association: associationOf(repository, comment.author),
    _links: { self: { href: api }, html: { href: html }, pull_request: { href: pullUrl } },
    reactions: renderReactionCounts(api, comment.reactions),
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : comment.side,
    line,
    original_line: line,
    side: comment.side,
    position: line,
    original_position: line,
    subject_type: comment.isOnFile ? 'file' : 'line',
    ...(comment.inReplyTo !== null && { in_reply_to_id: comment.inReplyTo }),
  };
}
