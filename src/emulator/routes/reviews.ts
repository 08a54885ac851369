import { z } from 'zod';

import { addReview, dismissReview, editReview } from '../actions/reviews.ts';
import { notFound, unprocessable } from '../errors.ts';
import type { PullInPlace } from '../resources/pull.ts';
import { renderReview, renderReviewComment } from '../resources/review.ts';
import {
  checkBodyLength,
  list,
  numberOf,
  ok,
  parseBody,
  pullOf,
  repositoryRoute,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { Review, ReviewState } from '../state/threads.ts';
import { requireRole } from './issues.ts';

const read = 'pull_requests:read';
const write = { permission: 'pull_requests:write', role: 'read' } as const;

const newReview = z.object({
  commit_id: z.string().optional(),
  body: z.string().nullish(),
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']).optional(),
  comments: z
    .array(
      z.object({
        path: z.string(),
        body: z.string(),
        line: z.number().optional(),
        position: z.number().optional(),
        start_line: z.number().optional(),
        side: z.enum(['LEFT', 'RIGHT']).optional(),
      }),
    )
    .default([]),
});

const states: Readonly<Record<'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT', ReviewState>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
};

/** Reviews of pull requests. */
export const reviewRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { permission: read }, (call) => {
    const place = pullOf(call);
    const visible = place.pull.reviews.filter(
      (review) => review.state !== 'PENDING' || review.author.id === call.actor.user.id,
    );
    return list(visible, (review) => renderReview(call.hub.url, place, review));
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', write, create),
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}', { permission: read }, (call) => {
    const place = pullOf(call);
    return ok(renderReview(call.hub.url, place, reviewOf(call, place)));
  }),
  repositoryRoute('PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}', write, (call) => {
    const place = pullOf(call);
    const review = reviewOf(call, place);
    const { body } = parseBody(call, z.object({ body: z.string() }));
    checkBodyLength('PullRequestReview', body);
    if (review.author.id !== call.actor.user.id) requireRole(call, 'write');
    editReview(call.hub, call.actor, { ...place, review }, body);
    return ok(renderReview(call.hub.url, place, review));
  }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}', write, (call) => {
    const place = pullOf(call);
    const review = reviewOf(call, place);
    if (review.state !== 'PENDING') throw unprocessable('Can not delete a non-pending pull request review');
    const rendered = renderReview(call.hub.url, place, review);
    place.pull.reviews.splice(place.pull.reviews.indexOf(review), 1);
    return ok(rendered);
  }),
  repositoryRoute(
    'PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals',
    { permission: 'pull_requests:write' },
    (call) => {
      const place = pullOf(call);
      const review = reviewOf(call, place);
      dismissReview(call.hub, call.actor, place, review);
      return ok(renderReview(call.hub.url, place, review));
    },
  ),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments',
    { permission: read },
    (call) => {
      const place = pullOf(call);
      const review = reviewOf(call, place);
      const comments = place.pull.reviewComments.filter((comment) => comment.reviewId === review.id);
      return list(comments, (comment) => renderReviewComment(call.hub.url, place, comment));
    },
  ),
];

function create(call: RepositoryCall): Reply {
  const place = pullOf(call);
  const input = parseBody(call, newReview);
  checkBodyLength('PullRequestReview', input.body);
  const review = addReview(call.hub, call.actor, place, {
    body: input.body ?? '',
    state: input.event === undefined ? 'PENDING' : states[input.event],
    commitId: input.commit_id,
    comments: input.comments.map((comment) => ({
      path: comment.path,
      body: comment.body,
      line: comment.line ?? comment.position,
      startLine: comment.start_line,
      side: comment.side,
    })),
  });
  return ok(renderReview(call.hub.url, place, review));
}

function reviewOf(call: RepositoryCall, { pull }: PullInPlace): Review {
  const id = numberOf(call, 'review_id');
  const review = pull.reviews.find((each) => each.id === id);
  if (review === undefined) throw notFound();
  return review;
}
