import type { RestAct } from './acts.ts';

/** One REST request that does what an act says. */
export type RestRequest = { readonly method: string; readonly path: string; readonly body?: unknown };

/** The request that does it. */
export function requestOf(act: RestAct): RestRequest {
  if (act.do === 'request') return { method: act.method, path: act.path, body: act.body };
  const repo = `/repos/${act.repo}`;
  switch (act.do) {
    case 'open-issue':
      return post(`${repo}/issues`, {
        title: act.title,
        body: act.body,
        labels: act.labels,
        assignees: act.assignees,
      });
    case 'edit-issue':
      return patch(`${repo}/issues/${act.number}`, { title: act.title, body: act.body });
    case 'close-issue':
      return patch(`${repo}/issues/${act.number}`, { state: 'closed', state_reason: act.reason });
    case 'reopen-issue':
      return patch(`${repo}/issues/${act.number}`, { state: 'open' });
    case 'label':
      return post(`${repo}/issues/${act.number}/labels`, { labels: [act.label] });
    case 'unlabel':
      return { method: 'DELETE', path: `${repo}/issues/${act.number}/labels/${encodeURIComponent(act.label)}` };
    case 'assign':
      return post(`${repo}/issues/${act.number}/assignees`, { assignees: act.assignees });
    case 'unassign':
      return {
        method: 'DELETE',
        path: `${repo}/issues/${act.number}/assignees`,
        body: { assignees: act.assignees },
      };
    case 'lock':
      return { method: 'PUT', path: `${repo}/issues/${act.number}/lock`, body: {} };
    case 'unlock':
      return { method: 'DELETE', path: `${repo}/issues/${act.number}/lock` };
    case 'comment':
      return post(`${repo}/issues/${act.number}/comments`, { body: act.body });
    case 'edit-comment':
      return patch(`${repo}/issues/comments/${act.comment}`, { body: act.body });
    case 'delete-comment':
      return { method: 'DELETE', path: `${repo}/issues/comments/${act.comment}` };
    case 'react':
      return post(`${repo}/issues/comments/${act.comment}/reactions`, { content: act.content });
    case 'delete-branch':
      return { method: 'DELETE', path: `${repo}/git/refs/heads/${encodeURIComponent(act.branch)}` };
    case 'open-pull':
    case 'close-pull':
    case 'reopen-pull':
    case 'request-review':
    case 'review':
    case 'dismiss-review':
    case 'merge':
      return pullRequestOf(act, repo);
  }
}

type PullAct = Extract<
  RestAct,
  { do: 'open-pull' | 'close-pull' | 'reopen-pull' | 'request-review' | 'review' | 'dismiss-review' | 'merge' }
>;

function pullRequestOf(act: PullAct, repo: string): RestRequest {
  switch (act.do) {
    case 'open-pull':
      return post(`${repo}/pulls`, {
        title: act.title,
        body: act.body,
        head: act.head,
        base: act.base,
        draft: act.draft,
      });
    case 'close-pull':
      return patch(`${repo}/pulls/${act.number}`, { state: 'closed' });
    case 'reopen-pull':
      return patch(`${repo}/pulls/${act.number}`, { state: 'open' });
    case 'request-review':
      return post(`${repo}/pulls/${act.number}/requested_reviewers`, { reviewers: act.reviewers });
    case 'review':
      return post(`${repo}/pulls/${act.number}/reviews`, {
        event: act.event,
        body: act.body,
        comments: act.comments,
      });
    case 'dismiss-review':
      return { method: 'PUT', path: `${repo}/pulls/${act.number}/reviews/${act.review}/dismissals`, body: {} };
    case 'merge':
      return { method: 'PUT', path: `${repo}/pulls/${act.number}/merge`, body: { merge_method: act.method } };
  }
}

const post = (path: string, body: unknown): RestRequest => ({ method: 'POST', path, body });
const patch = (path: string, body: unknown): RestRequest => ({ method: 'PATCH', path, body });
