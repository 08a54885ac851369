import { renderComment } from '../resources/comment.ts';
import { renderCommit } from '../resources/commit.ts';
import { renderIssue } from '../resources/issue.ts';
import { renderIssueEvent } from '../resources/issue-event.ts';
import { renderReview } from '../resources/review.ts';
import { renderUser } from '../resources/user.ts';
import { issueOf, list, repositoryRoute, type RepositoryCall, type Route } from '../route.ts';
import type { Issue, IssueEvent } from '../state/threads.ts';

const read = ['issues:read', 'pull_requests:read'];

/** The history of an issue: its events, and its timeline with the comments, reviews and commits in between. */
export const timelineRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/events', { permission: read }, (call) =>
    list(eventsOf(issueOf(call)), (event) => renderIssueEvent(call.hub.url, call.repository, event)),
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/events', { permission: read }, (call) => {
    const all = [...call.repository.issues.values()].flatMap((issue) =>
      eventsOf(issue).map((event) => ({ issue, event })),
    );
    const newestFirst = all.toSorted((one, other) => other.event.id - one.event.id);
    return list(newestFirst, ({ issue, event }) => ({
      ...renderIssueEvent(call.hub.url, call.repository, event),
      issue: renderIssue(call.hub.url, call.repository, issue),
    }));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/timeline', { permission: read }, async (call) =>
    list(await timelineOf(call, issueOf(call)), ({ render }) => render()),
  ),
];

/** Cross-references are in the timeline only. */
function eventsOf(issue: Issue): readonly IssueEvent[] {
  return issue.events.filter((event) => event.event !== 'cross-referenced');
}

type Entry = { readonly at: number; readonly order: number; readonly render: () => unknown };

async function timelineOf(call: RepositoryCall, issue: Issue): Promise<readonly Entry[]> {
  const { hub, repository } = call;
  const entries: Entry[] = [...(await commitEntries(call, issue))];
  for (const event of issue.events) {
    entries.push({ at: event.createdAt, order: event.id, render: () => renderIssueEvent(hub.url, repository, event) });
  }
  for (const comment of issue.comments) {
    const render = (): unknown => ({
      ...renderComment(hub.url, { repository, issue, comment }),
      event: 'commented',
      actor: renderUser(hub.url, comment.author),
    });
    entries.push({ at: comment.createdAt, order: comment.id, render });
  }
  const { pull } = issue;
  for (const review of pull?.reviews ?? []) {
    if (pull === null || review.submittedAt === null) continue;
    const render = (): unknown => ({
      ...renderReview(hub.url, { repository, issue, pull }, review),
      event: 'reviewed',
      state: review.state.toLowerCase(),
    });
    entries.push({ at: review.submittedAt, order: review.id, render });
  }
  return entries.toSorted((one, other) => one.at - other.at || one.order - other.order);
}

async function commitEntries({ hub, repository }: RepositoryCall, issue: Issue): Promise<readonly Entry[]> {
  if (issue.pull === null) return [];
  const comparison = await hub.git(repository).compare(issue.pull.baseSha, issue.pull.headSha);
  return (comparison?.commits ?? []).map((commit, index) => ({
    at: Date.parse(commit.committer.date),
    order: index,
    render: () => ({ ...renderCommit(hub.url, repository, commit), event: 'committed' }),
  }));
}
