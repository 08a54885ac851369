import type { Hub } from '../hub.ts';
import { renderComment, type CommentInPlace } from '../resources/comment.ts';
import { renderIssue } from '../resources/issue.ts';
import type { Json } from '../resources/json.ts';
import { renderPull } from '../resources/pull.ts';
import { renderReview, renderReviewComment } from '../resources/review.ts';
import { renderPullSimple, type PullInPlace } from '../resources/pull.ts';
import type { User } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';
import type { Issue, Review, ReviewComment } from '../state/threads.ts';
import { pullFacts } from '../pull-facts.ts';
import { emit } from './emit.ts';

/** An issue or pull request with where it is. */
export type IssueInPlace = { readonly repository: Repository; readonly issue: Issue };

type ThreadEvent = { readonly action: string; readonly sender: User; readonly extra?: Json };

/** `issues`, or `pull_request` when the thread is one. */
export async function emitThread(hub: Hub, { repository, issue }: IssueInPlace, event: ThreadEvent): Promise<void> {
  const { pull } = issue;
  if (pull !== null) return emitPull(hub, { repository, issue, pull }, event);
  const { action, sender, extra = {} } = event;
  const payload = { issue: { draft: false, ...renderIssue(hub.url, repository, issue) }, ...extra };
  emit(hub, { event: 'issues', action, repository, sender, payload });
}

/** `pull_request`. */
export async function emitPull(
  hub: Hub,
  place: PullInPlace,
  { action, sender, extra = {} }: ThreadEvent,
): Promise<void> {
  const pull = renderPull(hub.url, place, await pullFacts(hub, place));
  const payload = { number: place.issue.number, pull_request: pull, ...extra };
  emit(hub, { event: 'pull_request', action, repository: place.repository, sender, payload });
}

/** `issue_comment`: also for comments in the conversation of a pull request. */
export function emitComment(hub: Hub, place: CommentInPlace, { action, sender, extra = {} }: ThreadEvent): void {
  const { repository, issue } = place;
  const payload = {
    ...extra,
    issue: { draft: false, ...renderIssue(hub.url, repository, issue) },
    comment: renderComment(hub.url, place),
  };
  emit(hub, { event: 'issue_comment', action, repository, sender, payload });
}

type ReviewEvent = ThreadEvent & { readonly review: Review };

/** `pull_request_review`; the state is in lower case here, unlike in the API. */
export function emitReview(hub: Hub, place: PullInPlace, { action, sender, review, extra = {} }: ReviewEvent): void {
  const payload = {
    review: {
      ...renderReview(hub.url, place, review),
      body: review.body === '' ? null : review.body,
      state: review.state.toLowerCase(),
    },
    pull_request: renderPullSimple(hub.url, place),
    ...extra,
  };
  emit(hub, { event: 'pull_request_review', action, repository: place.repository, sender, payload });
}

type ReviewCommentEvent = ThreadEvent & { readonly comment: ReviewComment };

/** `pull_request_review_comment`. */
export function emitReviewComment(
  hub: Hub,
  place: PullInPlace,
  { action, sender, comment, extra = {} }: ReviewCommentEvent,
): void {
  const payload = {
    comment: renderReviewComment(hub.url, place, comment),
    pull_request: renderPullSimple(hub.url, place),
    ...extra,
  };
  emit(hub, { event: 'pull_request_review_comment', action, repository: place.repository, sender, payload });
}
