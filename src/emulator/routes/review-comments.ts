import { z } from 'zod';

import { addReviewComment } from '../actions/reviews.ts';
import { touch } from '../actions/history.ts';
import { notFound } from '../errors.ts';
import type { PullInPlace } from '../resources/pull.ts';
import { renderReviewComment } from '../resources/review.ts';
import {
  checkBodyLength,
  created,
  list,
  noContent,
  numberOf,
  ok,
  parseBody,
  pullOf,
  repositoryRoute,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { ReviewComment } from '../state/threads.ts';
import { emitReviewComment } from '../webhooks/thread-events.ts';
import { sinceOf } from './issue-filters.ts';
import { requireRole } from './issues.ts';

const read = 'pull_requests:read';
const write = { permission: 'pull_requests:write', role: 'read' } as const;

const newComment = z.object({
  body: z.string(),
  commit_id: z.string(),
  path: z.string(),
  line: z.number().optional(),
  position: z.number().optional(),
  start_line: z.number().optional(),
  side: z.enum(['LEFT', 'RIGHT']).optional(),
  subject_type: z.enum(['line', 'file']).optional(),
  in_reply_to: z.number().optional(),
});

/** Comments on lines of pull requests. */
export const reviewCommentRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', { permission: read }, (call) => {
    const place = pullOf(call);
    const since = sinceOf(call.query);
    const comments = place.pull.reviewComments.filter((comment) => since === null || comment.updatedAt >= since);
    return list(comments, (comment) => renderReviewComment(call.hub.url, place, comment));
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/pulls/{pull_number}/comments', write, create),
  repositoryRoute('POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies', write, (call) => {
    const place = pullOf(call);
    const { body } = parseBody(call, z.object({ body: z.string() }));
    checkBodyLength('PullRequestReviewComment', body);
    return reply(call, place, { id: numberOf(call, 'comment_id'), body });
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/comments/{comment_id}', { permission: read }, (call) =>
    ok(render(call, reviewCommentOf(call))),
  ),
  repositoryRoute('PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}', write, (call) => {
    const place = reviewCommentOf(call);
    const { body } = parseBody(call, z.object({ body: z.string() }));
    checkBodyLength('PullRequestReviewComment', body);
    const { comment } = place;
    if (comment.author.id !== call.actor.user.id) requireRole(call, 'write');
    const changes = { body: { from: comment.body } };
    comment.body = body;
    comment.updatedAt = call.hub.clock();
    emitReviewComment(call.hub, place, { action: 'edited', sender: call.actor.user, comment, extra: { changes } });
    return ok(render(call, place));
  }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}', write, (call) => {
    const place = reviewCommentOf(call);
    const { comment, pull } = place;
    if (comment.author.id !== call.actor.user.id) requireRole(call, 'write');
    pull.reviewComments.splice(pull.reviewComments.indexOf(comment), 1);
    touch(call.hub, place.issue);
    emitReviewComment(call.hub, place, { action: 'deleted', sender: call.actor.user, comment });
    return noContent;
  }),
];

function create(call: RepositoryCall): Reply {
  const place = pullOf(call);
  const input = parseBody(call, newComment);
  checkBodyLength('PullRequestReviewComment', input.body);
  if (input.in_reply_to !== undefined) return reply(call, place, { id: input.in_reply_to, body: input.body });
  const comment = addReviewComment(call.hub, call.actor, place, {
    path: input.path,
    body: input.body,
    line: input.line ?? input.position,
    startLine: input.start_line,
    side: input.side,
    isOnFile: input.subject_type === 'file',
    commitId: input.commit_id,
  });
  return created(render(call, { ...place, comment }));
}

function reply(call: RepositoryCall, place: PullInPlace, to: { readonly id: number; readonly body: string }): Reply {
  const parent = place.pull.reviewComments.find((each) => each.id === to.id);
  if (parent === undefined) throw notFound();
  const comment = addReviewComment(call.hub, call.actor, place, {
    path: parent.path,
    body: to.body,
    line: parent.line ?? undefined,
    side: parent.side,
    isOnFile: parent.isOnFile,
    commitId: parent.commitId,
    inReplyTo: parent,
  });
  return created(render(call, { ...place, comment }));
}

type ReviewCommentInPlace = PullInPlace & { readonly comment: ReviewComment };

/** The review comment that the path names, with its pull request, or 404. */
export function reviewCommentOf(call: RepositoryCall): ReviewCommentInPlace {
  const id = numberOf(call, 'comment_id');
  for (const issue of call.repository.issues.values()) {
    const comment = issue.pull?.reviewComments.find((each) => each.id === id);
    if (issue.pull !== null && comment !== undefined) {
      return { repository: call.repository, issue, pull: issue.pull, comment };
    }
  }
  throw notFound();
}

const render = (call: RepositoryCall, place: ReviewCommentInPlace): unknown =>
  renderReviewComment(call.hub.url, place, place.comment);
