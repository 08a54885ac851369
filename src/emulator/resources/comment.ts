import { fullName, type Repository } from '../state/repositories.ts';
import type { Comment, Issue } from '../state/threads.ts';
import { renderAppOrNull } from './app.ts';
import { associationOf } from './association.ts';
import { instant, type Json } from './json.ts';
import { renderReactionCounts } from './reaction.ts';
import { renderUser } from './user.ts';

/** A comment with where it is. */
export type CommentInPlace = { readonly repository: Repository; readonly issue: Issue; readonly comment: Comment };

/** `issue-comment`. */
export function renderComment(url: string, { repository, issue, comment }: CommentInPlace): Json {
  const name = fullName(repository);
  const api = `${url}/repos/${name}/issues/comments/${comment.id}`;
  const kind = issue.pull === null ? 'issues' : 'pull';
  return {
    url: api,
    html_url: `${url}/${name}/${kind}/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${url}/repos/${name}/issues/${issue.number}`,
    id: comment.id,
    node_id: comment.nodeId,
    user: renderUser(url, comment.author),
    created_at: instant(comment.createdAt),
    updated_at: instant(comment.updatedAt),
    author_association: associationOf(repository, comment.author),
    body: comment.body,
    reactions: renderReactionCounts(api, comment.reactions),
    performed_via_github_app: renderAppOrNull(url, comment.viaApp),
    ...(comment.pin !== null && {
      pin: { pinned_at: instant(comment.pin.at), pinned_by: renderUser(url, comment.pin.by) },
    }),
    ...(comment.minimizedReason !== null && { minimized: { reason: comment.minimizedReason } }),
  };
}
