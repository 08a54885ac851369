import { z } from 'zod';

import { react } from '../actions/reactions.ts';
import { notFound, Refusal } from '../errors.ts';
import { renderReaction } from '../resources/reaction.ts';
import {
  created,
  issueOf,
  list,
  noContent,
  numberOf,
  ok,
  parseBody,
  repositoryRoute,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import { reactionContents, type Reaction } from '../state/threads.ts';
import { commentOf } from './comments.ts';
import { reviewCommentOf } from './review-comments.ts';

const either = ['issues:write', 'pull_requests:write'];
const read = ['issues:read', 'pull_requests:read'];
const pulls = 'pull_requests:write';

const onIssue = (call: RepositoryCall): Reaction[] => issueOf(call).reactions;
const onComment = (call: RepositoryCall): Reaction[] => commentOf(call).comment.reactions;
const onReviewComment = (call: RepositoryCall): Reaction[] => reviewCommentOf(call).comment.reactions;

/** Reactions on issues, comments and review comments. */
export const reactionRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/reactions', { permission: read }, (call) =>
    listed(call, onIssue(call)),
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/issues/{issue_number}/reactions',
    { permission: either, role: 'read' },
    (call) => add(call, onIssue(call)),
  ),
  repositoryRoute(
    'DELETE /repos/{owner}/{repo}/issues/{issue_number}/reactions/{reaction_id}',
    { permission: either, role: 'read' },
    (call) => remove(call, onIssue(call)),
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', { permission: read }, (call) =>
    listed(call, onComment(call)),
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    { permission: either, role: 'read' },
    (call) => add(call, onComment(call)),
  ),
  repositoryRoute(
    'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}',
    { permission: either, role: 'read' },
    (call) => remove(call, onComment(call)),
  ),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions',
    { permission: 'pull_requests:read' },
    (call) => listed(call, onReviewComment(call)),
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions',
    { permission: pulls, role: 'read' },
    (call) => add(call, onReviewComment(call)),
  ),
];

function listed(call: RepositoryCall, reactions: readonly Reaction[]): Reply {
  const content = call.query.get('content');
  const chosen = reactions.filter((reaction) => content === null || reaction.content === content);
  return list(chosen, (reaction) => renderReaction(call.hub.url, reaction));
}

function add(call: RepositoryCall, reactions: Reaction[]): Reply {
  const { content } = parseBody(call, z.object({ content: z.enum(reactionContents) }));
  const { reaction, isNew } = react(call.hub, call.actor.user, reactions, content);
  const body = renderReaction(call.hub.url, reaction);
  return isNew ? created(body) : ok(body);
}

function remove(call: RepositoryCall, reactions: Reaction[]): Reply {
  const id = numberOf(call, 'reaction_id');
  const index = reactions.findIndex((reaction) => reaction.id === id);
  const reaction = reactions[index];
  if (reaction === undefined) throw notFound();
  if (reaction.user.id !== call.actor.user.id) throw new Refusal(403, 'Only its author may remove a reaction.');
  reactions.splice(index, 1);
  return noContent;
}
