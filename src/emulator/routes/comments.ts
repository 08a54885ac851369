import { z } from 'zod';

import { addComment, deleteComment, editComment, pinComment } from '../actions/comments.ts';
import { notFound } from '../errors.ts';
import { renderComment, type CommentInPlace } from '../resources/comment.ts';
import {
  checkBodyLength,
  created,
  issueOf,
  list,
  noContent,
  numberOf,
  ok,
  parseBody,
  repositoryRoute,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import { requireRole } from './issues.ts';
import { sinceOf } from './issue-filters.ts';

const either = ['issues:write', 'pull_requests:write'];
const read = ['issues:read', 'pull_requests:read'];
const bodyOnly = z.object({ body: z.string() });

/** Comments on issues and in the conversations of pull requests. */
export const commentRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { permission: read }, (call) => {
    const issue = issueOf(call);
    const since = sinceOf(call.query);
    const comments = issue.comments.filter((comment) => since === null || comment.updatedAt >= since);
    return list(comments, (comment) => render(call, { repository: call.repository, issue, comment }));
  }),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { permission: either, role: 'read' },
    (call) => {
      const place = { repository: call.repository, issue: issueOf(call) };
      const { body } = parseBody(call, bodyOnly);
      checkBodyLength('IssueComment', body);
      const comment = addComment(call.hub, call.actor, place, body);
      return created(render(call, { ...place, comment }));
    },
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/comments', { permission: read }, (call) => {
    const since = sinceOf(call.query);
    const all = allComments(call).filter(({ comment }) => since === null || comment.updatedAt >= since);
    const isByUpdate = call.query.get('sort') === 'updated';
    const sign = call.query.get('direction') === 'desc' ? -1 : 1;
    const rank = ({ comment }: CommentInPlace): number => (isByUpdate ? comment.updatedAt : comment.createdAt);
    const sorted = all.toSorted((one, other) => sign * (rank(one) - rank(other) || one.comment.id - other.comment.id));
    return list(sorted, (place) => render(call, place));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/comments/{comment_id}', { permission: read }, (call) =>
    ok(render(call, commentOf(call))),
  ),
  repositoryRoute(
    'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
    { permission: either, role: 'read' },
    (call) => {
      const place = commentOf(call);
      const { body } = parseBody(call, bodyOnly);
      checkBodyLength('IssueComment', body);
      requireAuthorOrWrite(call, place);
      editComment(call.hub, call.actor, place, body);
      return ok(render(call, place));
    },
  ),
  repositoryRoute(
    'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}',
    { permission: either, role: 'read' },
    (call) => {
      const place = commentOf(call);
      requireAuthorOrWrite(call, place);
      deleteComment(call.hub, call.actor, place);
      return noContent;
    },
  ),
  repositoryRoute('PUT /repos/{owner}/{repo}/issues/comments/{comment_id}/pin', { permission: either }, (call) => {
    const place = commentOf(call);
    pinComment(call.hub, call.actor, place, true);
    return ok(render(call, place));
  }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/pin', { permission: either }, (call) => {
    pinComment(call.hub, call.actor, commentOf(call), false);
    return noContent;
  }),
];

/** The comment that the path names, with its issue, or 404. */
export function commentOf(call: RepositoryCall): CommentInPlace {
  const id = numberOf(call, 'comment_id');
  const found = allComments(call).find(({ comment }) => comment.id === id);
  if (found === undefined) throw notFound();
  return found;
}

function allComments({ repository }: RepositoryCall): CommentInPlace[] {
  return [...repository.issues.values()].flatMap((issue) =>
    issue.comments.map((comment) => ({ repository, issue, comment })),
  );
}

/** Anyone with write may change anyone's comment, also the bot's. */
function requireAuthorOrWrite(call: RepositoryCall, { comment }: CommentInPlace): void {
  if (comment.author.id !== call.actor.user.id) requireRole(call, 'write');
}

const render = (call: RepositoryCall, place: CommentInPlace): unknown => renderComment(call.hub.url, place);
