import { unprocessable } from '../errors.ts';
import { renderIssue } from '../resources/issue.ts';
import { list, route, type Call, type Reply, type Route } from '../route.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue } from '../state/threads.ts';
import { isVisible } from '../visibility.ts';

/** Searching issues by words and the common qualifiers. */
export const searchRoutes: readonly Route[] = [route('GET /search/issues', 'anyone', search)];

type Found = { readonly repository: Repository; readonly issue: Issue };

function search(call: Call): Reply {
  const { hub, caller, query } = call;
  const text = query.get('q') ?? '';
  if (text.trim() === '') throw unprocessable('Validation Failed');
  const tests = [...text.matchAll(/(-?)(?:([a-z-]+):)?("[^"]*"|\S+)/gi)].map(([, minus, key, value = '']) => {
    const matches = testOf(key?.toLowerCase(), value.replaceAll('"', ''));
    return (found: Found): boolean => matches(found) !== (minus === '-');
  });
  const found: Found[] = [];
  for (const repository of hub.state.repositories.values()) {
    if (!isVisible(caller, repository)) continue;
    for (const issue of repository.issues.values()) {
      if (tests.every((test) => test({ repository, issue }))) found.push({ repository, issue });
    }
  }
  return list(
    sorted(found, query),
    ({ repository, issue }) => ({ ...renderIssue(hub.url, repository, issue), body: issue.body ?? '', score: 1 }),
    (items, total_count) => ({ total_count, incomplete_results: false, search_type: 'lexical', items }),
  );
}

function testOf(key: string | undefined, value: string): (found: Found) => boolean {
  const wanted = value.toLowerCase();
  switch (key) {
    case 'repo':
      return ({ repository }) => fullName(repository).toLowerCase() === wanted;
    case 'org':
    case 'user':
      return ({ repository }) => repository.owner.login.toLowerCase() === wanted;
    case 'is':
    case 'type':
    case 'state':
      return ({ issue }) => hasKind(issue, wanted);
    case 'label':
      return ({ issue }) => issue.labels.some((label) => label.name.toLowerCase() === wanted);
    case 'author':
      return ({ issue }) => issue.author.login.toLowerCase() === wanted.replace(/^app\/(.+)$/, '$1[bot]');
    case 'assignee':
      return ({ issue }) => issue.assignees.some((user) => user.login.toLowerCase() === wanted);
    case 'head':
      return ({ issue }) => issue.pull?.headRef === value;
    case undefined:
      return ({ issue }) => `${issue.title}\n${issue.body ?? ''}`.toLowerCase().includes(wanted);
    default:
      return () => true; // a qualifier that the emulator does not know narrows nothing
  }
}

function hasKind(issue: Issue, kind: string): boolean {
  switch (kind) {
    case 'issue':
      return issue.pull === null;
    case 'pr':
      return issue.pull !== null;
    case 'merged':
      return issue.pull !== null && issue.pull.mergedAt !== null;
    case 'draft':
      return issue.pull?.isDraft === true;
    default:
      return issue.state === kind;
  }
}

function sorted(found: readonly Found[], query: URLSearchParams): readonly Found[] {
  const sign = query.get('order') === 'asc' ? 1 : -1;
  const rank = ({ issue }: Found): number => (query.get('sort') === 'updated' ? issue.updatedAt : issue.createdAt);
  return found.toSorted((one, other) => sign * (rank(one) - rank(other) || one.issue.id - other.issue.id));
}
