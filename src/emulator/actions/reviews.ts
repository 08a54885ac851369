import { Refusal, unprocessable } from '../errors.ts';
import type { Hub } from '../hub.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Actor } from '../state/actor.ts';
import { nodeId } from '../state/ids.ts';
import type { Review, ReviewComment, ReviewState } from '../state/threads.ts';
import { emitReview, emitReviewComment } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';
import { crossReference } from './references.ts';

export type ReviewCommentFields = {
  readonly path: string;
  readonly body: string;
  readonly line?: number | undefined;
  readonly startLine?: number | undefined;
  readonly side?: 'LEFT' | 'RIGHT' | undefined;
  readonly isOnFile?: boolean;
  readonly inReplyTo?: ReviewComment;
};

type NewReview = {
  readonly body: string;
  readonly state: ReviewState;
  readonly commitId?: string | undefined;
  readonly comments: readonly ReviewCommentFields[];
};

/** A review with its comments, submitted at once unless it is pending; authors cannot judge their own work. */
export function addReview(hub: Hub, actor: Actor, place: PullInPlace, fields: NewReview): Review {
  const { issue, pull, repository } = place;
  const isJudgement = fields.state === 'APPROVED' || fields.state === 'CHANGES_REQUESTED';
  if (isJudgement && issue.author.id === actor.user.id) {
    const verb = fields.state === 'APPROVED' ? 'approve' : 'request changes on';
    throw new Refusal(422, 'Unprocessable Entity', { errors: [`Can not ${verb} your own pull request`] });
  }
  const needsBody = fields.state === 'CHANGES_REQUESTED' || fields.state === 'COMMENTED';
  if (needsBody && fields.body.trim() === '' && fields.comments.length === 0) {
    throw new Refusal(422, 'Unprocessable Entity', { errors: ['Review Can not be submitted without a body'] });
  }
  const id = hub.state.nextId();
  const review: Review = {
    id,
    nodeId: nodeId('Review', id),
    author: actor.user,
    viaApp: actor.app,
    commitId: fields.commitId ?? pull.headSha,
    body: fields.body,
    state: fields.state,
    submittedAt: fields.state === 'PENDING' ? null : hub.clock(),
  };
  pull.reviews.push(review);
  hub.state.nodes.set(review.nodeId, { type: 'Review', repository, issue, review });
  if (fields.state !== 'PENDING') {
    pull.requestedReviewers = pull.requestedReviewers.filter((user) => user.id !== actor.user.id);
    touch(hub, issue);
    crossReference(hub, actor, issue, { repository, text: fields.body });
    emitReview(hub, place, { action: 'submitted', sender: actor.user, review });
  }
  for (const comment of fields.comments) addReviewComment(hub, actor, place, { ...comment, review });
  return review;
}

/** A comment on a line or file of the change, in a review of its own unless one is given. */
export function addReviewComment(
  hub: Hub,
  actor: Actor,
  place: PullInPlace,
  fields: ReviewCommentFields & { readonly review?: Review; readonly commitId?: string },
): ReviewComment {
  if (fields.body.trim() === '') throw unprocessable('body cannot be blank');
  const { pull, issue } = place;
  const review = fields.review ?? emptyReview(hub, actor, place);
  const id = hub.state.nextId();
  const now = hub.clock();
  const comment: ReviewComment = {
    id,
    nodeId: nodeId('ReviewComment', id),
    reviewId: review.id,
    author: actor.user,
    viaApp: actor.app,
    path: fields.path,
    commitId: fields.commitId ?? review.commitId,
    line: fields.line ?? null,
    startLine: fields.startLine ?? null,
    side: fields.side ?? 'RIGHT',
    isOnFile: fields.isOnFile ?? false,
    inReplyTo: fields.inReplyTo?.inReplyTo ?? fields.inReplyTo?.id ?? null,
    createdAt: now,
    reactions: [],
    body: fields.body,
    updatedAt: now,
  };
  pull.reviewComments.push(comment);
  touch(hub, issue);
  emitReviewComment(hub, place, { action: 'created', sender: actor.user, comment });
  return comment;
}

/** A single comment is a review without words. */
function emptyReview(hub: Hub, actor: Actor, { pull }: PullInPlace): Review {
  const id = hub.state.nextId();
  const review: Review = {
    id,
    nodeId: nodeId('Review', id),
    author: actor.user,
    viaApp: actor.app,
    commitId: pull.headSha,
    body: '',
    state: 'COMMENTED',
    submittedAt: hub.clock(),
  };
  pull.reviews.push(review);
  return review;
}

type ReviewInPlace = PullInPlace & { readonly review: Review };

/** Changes the text of a submitted review. */
export function editReview(hub: Hub, actor: Actor, { review, ...place }: ReviewInPlace, body: string): void {
  const changes = { body: { from: review.body } };
  review.body = body;
  touch(hub, place.issue);
  emitReview(hub, place, { action: 'edited', sender: actor.user, review, extra: { changes } });
}

/** Takes away the weight of a review. */
export function dismissReview(hub: Hub, actor: Actor, place: PullInPlace, review: Review): void {
  review.state = 'DISMISSED';
  touch(hub, place.issue);
  record(hub, actor, place.issue, { event: 'review_dismissed' });
  emitReview(hub, place, { action: 'dismissed', sender: actor.user, review });
}
