import { invalid } from '../errors.ts';
import type { RepositoryCall } from '../route.ts';
import type { Issue } from '../state/threads.ts';

/** The issues (and pull requests) that the query of a list asks for, in its order. */
export function filterIssues({ query, repository }: RepositoryCall): readonly Issue[] {
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '');
  const assignee = query.get('assignee');
  const creator = query.get('creator')?.toLowerCase() ?? null;
  const mentioned = query.get('mentioned');
  const milestone = query.get('milestone');
  const since = sinceOf(query);
  const chosen = [...repository.issues.values()].filter(
    (issue) =>
      (state === 'all' || issue.state === state) &&
      labels.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) &&
      isAssigned(issue, assignee) &&
      (creator === null || issue.author.login.toLowerCase() === creator) &&
      (mentioned === null || (issue.body ?? '').includes(`@${mentioned}`)) &&
      isInMilestone(issue, milestone) &&
      (since === null || issue.updatedAt >= since),
  );
  return sortIssues(chosen, query);
}

/** `since` in epoch ms, or null; 422 when it is no date. */
export function sinceOf(query: URLSearchParams): number | null {
  const text = query.get('since');
  if (text === null) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalid('Issue', 'since', 'invalid');
  return at;
}

/** By creation, newest first, unless the query says otherwise. */
export function sortIssues(issues: readonly Issue[], query: URLSearchParams): readonly Issue[] {
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') === 'asc' ? 1 : -1;
  const rank = (issue: Issue): number => {
    if (sort === 'updated') return issue.updatedAt;
    if (sort === 'comments' || sort === 'popularity') return issue.comments.length;
    return issue.createdAt;
  };
  return issues.toSorted((one, other) => direction * (rank(one) - rank(other) || one.number - other.number));
}

function isAssigned(issue: Issue, wanted: string | null): boolean {
  if (wanted === null) return true;
  if (wanted === 'none') return issue.assignees.length === 0;
  if (wanted === '*') return issue.assignees.length > 0;
  return issue.assignees.some((user) => user.login.toLowerCase() === wanted.toLowerCase());
}

function isInMilestone(issue: Issue, wanted: string | null): boolean {
  if (wanted === null) return true;
  if (wanted === 'none') return issue.milestone === null;
  if (wanted === '*') return issue.milestone !== null;
  return issue.milestone?.number === Number(wanted);
}
