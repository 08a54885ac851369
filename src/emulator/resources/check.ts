import type { Annotation, CheckRun, CheckSuite, CommitStatus } from '../state/checks.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import { renderApp } from './app.ts';
import { instant, instantOrNull, type Json } from './json.ts';
import { renderPullReference } from './pull.ts';
import { renderRepository } from './repository.ts';
import { renderUser } from './user.ts';

/** `check-run`. */
export function renderCheckRun(url: string, repository: Repository, run: CheckRun): Json {
  const api = `${url}/repos/${fullName(repository)}/check-runs/${run.id}`;
  const html = `${url}/${fullName(repository)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: run.nodeId,
    head_sha: run.suite.headSha,
    external_id: run.externalId,
    url: api,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: instantOrNull(run.startedAt),
    completed_at: instantOrNull(run.completedAt),
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${api}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: renderApp(url, run.suite.app),
    pull_requests: pullsOf(url, repository, run.suite),
  };
}

/** The check run as it is in a webhook: with the whole suite, and no buttons, as on GitHub. */
export function renderCheckRunInEvent(url: string, repository: Repository, run: CheckRun): Json {
  return { ...renderCheckRun(url, repository, run), check_suite: renderCheckSuiteFacts(url, repository, run.suite) };
}

/** `check-suite`, with the commit that the caller has read from git. */
export function renderCheckSuite(url: string, repository: Repository, suite: CheckSuite, headCommit: Json): Json {
  return {
    ...renderCheckSuiteFacts(url, repository, suite),
    repository: renderRepository(url, repository),
    rerequestable: true,
    runs_rerequestable: true,
    ...suiteExtras(url, repository, suite),
    head_commit: headCommit,
  };
}

/** What `check_suite` events carry. */
export function renderCheckSuiteInEvent(
  url: string,
  repository: Repository,
  suite: CheckSuite,
  headCommit: Json,
): Json {
  return {
    ...renderCheckSuiteFacts(url, repository, suite),
    ...suiteExtras(url, repository, suite),
    head_commit: headCommit,
  };
}

/** A suite is what its runs make of it: queued until one begins, completed when all are. */
export function suiteOutcome(suite: CheckSuite): { readonly status: string; readonly conclusion: string | null } {
  if (suite.isRerequested || suite.runs.length === 0) return { status: 'queued', conclusion: null };
  if (suite.runs.some((run) => run.status === 'in_progress')) return { status: 'in_progress', conclusion: null };
  if (suite.runs.some((run) => run.status === 'queued')) return { status: 'queued', conclusion: null };
  const worst = ['failure', 'timed_out', 'cancelled', 'action_required', 'stale', 'neutral', 'success', 'skipped'];
  const conclusion = worst.find((candidate) => suite.runs.some((run) => run.conclusion === candidate));
  return { status: 'completed', conclusion: conclusion ?? 'success' };
}

function renderCheckSuiteFacts(url: string, repository: Repository, suite: CheckSuite): Json {
  return {
    id: suite.id,
    node_id: suite.nodeId,
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteOutcome(suite),
    url: `${url}/repos/${fullName(repository)}/check-suites/${suite.id}`,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsOf(url, repository, suite),
    app: renderApp(url, suite.app),
    created_at: instant(suite.createdAt),
    updated_at: instant(suite.updatedAt),
  };
}

const suiteExtras = (url: string, repository: Repository, suite: CheckSuite): Json => ({
  latest_check_runs_count: suite.runs.length,
  check_runs_url: `${url}/repos/${fullName(repository)}/check-suites/${suite.id}/check-runs`,
});

function pullsOf(url: string, repository: Repository, suite: CheckSuite): Json[] {
  const references: Json[] = [];
  for (const issue of repository.issues.values()) {
    const { pull } = issue;
    if (pull === null || issue.state === 'closed' || pull.headSha !== suite.headSha) continue;
    references.push(renderPullReference(url, { repository, issue, pull }));
  }
  return references;
}

/** `check-annotation`. */
export function renderAnnotation(url: string, repository: Repository, headSha: string, annotation: Annotation): Json {
  return {
    path: annotation.path,
    blob_href: `${url}/${fullName(repository)}/blob/${headSha}/${annotation.path}`,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    start_column: annotation.startColumn,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    message: annotation.message,
    title: annotation.title,
    raw_details: annotation.rawDetails,
  };
}

/** `status`. */
export function renderStatus(url: string, repository: Repository, status: CommitStatus): Json {
  return { ...renderStatusSimple(url, repository, status), creator: renderUser(url, status.creator) };
}

/** `simple-commit-status`: inside the combined one. */
export function renderStatusSimple(url: string, repository: Repository, status: CommitStatus): Json {
  return {
    url: `${url}/repos/${fullName(repository)}/statuses/${status.sha}`,
    avatar_url: `${url}/avatars/${status.creator.id}`,
    id: status.id,
    node_id: status.nodeId,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: instant(status.createdAt),
    updated_at: instant(status.createdAt),
  };
}
