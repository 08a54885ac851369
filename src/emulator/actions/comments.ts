import { invalid, Refusal } from '../errors.ts';
import type { Hub } from '../hub.ts';
import type { CommentInPlace } from '../resources/comment.ts';
import type { Actor } from '../state/actor.ts';
import { nodeId } from '../state/ids.ts';
import { isAtLeast } from '../state/people.ts';
import { roleOf } from '../state/roles.ts';
import type { Comment } from '../state/threads.ts';
import { emitComment, type IssueInPlace } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';
import { crossReference } from './references.ts';

/** A new comment; 403 in a locked thread for those without write, and for every App. */
export function addComment(hub: Hub, actor: Actor, { repository, issue }: IssueInPlace, body: string): Comment {
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field', 'body cannot be blank');
  const mayWrite = actor.app === null && isAtLeast(roleOf(repository, actor.user), 'write');
  if (issue.isLocked && !mayWrite) throw new Refusal(403, 'Unable to create comment because issue is locked.');
  const id = hub.state.nextId();
  const now = hub.clock();
  const comment: Comment = {
    id,
    nodeId: nodeId('Comment', id),
    author: actor.user,
    viaApp: actor.app,
    createdAt: now,
    reactions: [],
    body,
    updatedAt: now,
    minimizedReason: null,
    pin: null,
  };
  issue.comments.push(comment);
  touch(hub, issue);
  hub.state.nodes.set(comment.nodeId, { type: 'Comment', repository, issue, comment });
  crossReference(hub, actor, issue, { repository, text: body });
  emitComment(hub, { repository, issue, comment }, { action: 'created', sender: actor.user });
  return comment;
}

/** Changes a comment's text; the same text again tells nobody. */
export function editComment(hub: Hub, actor: Actor, place: CommentInPlace, body: string): void {
  const { comment, issue } = place;
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field', 'body cannot be blank');
  if (comment.body === body) return;
  const changes = { body: { from: comment.body } };
  comment.body = body;
  comment.updatedAt = hub.clock();
  touch(hub, issue);
  emitComment(hub, place, { action: 'edited', sender: actor.user, extra: { changes } });
}

/** Takes a comment away for ever. */
export function deleteComment(hub: Hub, actor: Actor, place: CommentInPlace): void {
  const { comment, issue } = place;
  issue.comments.splice(issue.comments.indexOf(comment), 1);
  hub.state.nodes.delete(comment.nodeId);
  touch(hub, issue);
  record(hub, actor, issue, { event: 'comment_deleted' });
  emitComment(hub, place, { action: 'deleted', sender: actor.user });
}

/** Pins a comment to the top of its issue (only one can be), or takes the pin away. */
export function pinComment(hub: Hub, actor: Actor, place: CommentInPlace, isPinned: boolean): void {
  for (const other of place.issue.comments) other.pin = null;
  place.comment.pin = isPinned ? { by: actor.user, at: hub.clock() } : null;
  emitComment(hub, place, { action: isPinned ? 'pinned' : 'unpinned', sender: actor.user });
}
