import { z } from 'zod';

import type {
  IncomingEvent,
  IncomingIssue,
  Repository,
  RepositoryChange,
  RepositoryEvent,
  Sender,
} from '../domain/event/incoming.ts';
import type { Person } from '../domain/people.ts';
import * as payloads from './webhook-payloads.ts';

export type ParsedDelivery =
  | { readonly kind: 'event'; readonly event: IncomingEvent }
  /** Nothing for us to do; `why` is a sentence for the operator and holds no text of the payload. */
  | { readonly kind: 'uninteresting'; readonly why: string };

const NOT_OURS = 'Reeve does not act on this event and action.';

/** Reads a stored delivery: the fields that concern us, all checked. Never throws, whatever the body is. */
export function parseDelivery(event: string, payload: string): ParsedDelivery {
  if (!mayConcernUs(event)) return uninteresting(NOT_OURS);
  const body = readObject(payload);
  if (!body) return uninteresting('The body is not a JSON object.');
  const action = typeof body['action'] === 'string' ? body['action'] : null;
  const read = action === null ? undefined : readers.get(`${event}.${action}`);
  if (!read) return uninteresting(NOT_OURS);
  const result = read(body);
  return result.success
    ? { kind: 'event', event: result.data }
    : uninteresting(`The payload is not as GitHub documents it: ${problemOf(result.error)}.`);
}

const uninteresting = (why: string): ParsedDelivery => ({ kind: 'uninteresting', why });

function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function problemOf({ issues: [first] }: z.ZodError): string {
  return first ? `${first.path.join('.')} (${first.code})` : 'unknown';
}

type Reader = (body: unknown) => z.ZodSafeParseResult<IncomingEvent>;

/** Checks a body against a schema, then puts it in our words. */
function reader<Payload extends payloads.Common>(
  schema: z.ZodType<Payload>,
  inOurWords: (payload: Payload) => WithoutCommon,
): Reader {
  const translated = schema.transform((payload) => ({ ...commonOf(payload), ...inOurWords(payload) }));
  return (body) => translated.safeParse(body);
}

/** The same for what has no repository: what happens to an installation. */
function bareReader<Payload>(
  schema: z.ZodType<Payload>,
  inOurWords: (payload: Payload) => Exclude<IncomingEvent, RepositoryEvent>,
): Reader {
  const translated = schema.transform(inOurWords);
  return (body) => translated.safeParse(body);
}

type WithoutCommon = RepositoryEvent extends infer Event
  ? Event extends RepositoryEvent
    ? Omit<Event, 'repository' | 'sender'>
    : never
  : never;

/** Every event and action that we act on. */
const readers: ReadonlyMap<string, Reader> = new Map([
  [
    'issues.labeled',
    reader(payloads.issueLabeled, ({ issue, label }) => ({
      kind: 'issue-labeled',
      issue: issueOf(issue),
      label: label.name,
    })),
  ],
  ['issues.closed', reader(payloads.issueClosed, ({ issue }) => ({ kind: 'issue-closed', issue: issueOf(issue) }))],
  ['issues.transferred', goneReader('issue-transferred')],
  ['issues.deleted', goneReader('issue-deleted')],
  ['issues.locked', lockReader()],
  ['issues.unlocked', lockReader()],
  ['issue_comment.created', commentReader('comment-created')],
  ['issue_comment.edited', commentReader('comment-edited')],
  [
    'pull_request.closed',
    reader(payloads.pullClosed, ({ pull_request: pull }) => ({
      kind: 'pull-closed',
      pullNumber: pull.number,
      isMerged: pull.merged,
      mergedBy: pull.merged_by ? personOf(pull.merged_by) : null,
    })),
  ],
  [
    'check_run.requested_action',
    reader(payloads.checkActionRequested, ({ check_run: check, requested_action: requested }) => ({
      kind: 'check-action-requested',
      headSha: check.head_sha,
      externalId: check.external_id ?? '',
      action: requested.identifier,
    })),
  ],
  [
    'check_run.rerequested',
    reader(payloads.checkRunRerequested, ({ check_run: check }) => ({
      kind: 'check-rerequested',
      headSha: check.head_sha,
      externalId: check.external_id ?? '',
    })),
  ],
  [
    'check_suite.rerequested',
    reader(payloads.checkSuiteRerequested, ({ check_suite: suite }) => ({
      kind: 'check-rerequested',
      headSha: suite.head_sha,
      externalId: null,
    })),
  ],
  ['repository.renamed', repositoryReader('renamed')],
  ['repository.transferred', repositoryReader('transferred')],
  ['repository.archived', repositoryReader('archived')],
  ['repository.unarchived', repositoryReader('unarchived')],
  ['repository.deleted', repositoryReader('deleted')],
  ['repository.edited', repositoryReader('edited')],
  ['installation.created', installationReader('created')],
  ['installation.deleted', installationReader('deleted')],
  ['installation.suspend', installationReader('suspended')],
  ['installation.unsuspend', installationReader('unsuspended')],
  ['installation_repositories.added', selectionReader('added')],
  ['installation_repositories.removed', selectionReader('removed')],
]);

function commentReader(kind: 'comment-created' | 'comment-edited'): Reader {
  return reader(payloads.commentSaid, ({ issue, comment }) => ({
    kind,
    onNumber: issue.number,
    isPull: issue.pull_request !== undefined && issue.pull_request !== null,
    comment: {
      ...{ id: comment.id, body: comment.body, createdAt: comment.created_at },
      author: senderOf(comment.user),
    },
  }));
}

function goneReader(why: 'issue-transferred' | 'issue-deleted'): Reader {
  return reader(payloads.issueChanged, ({ issue }) => ({ kind: 'issue-gone', issue: issueOf(issue), why }));
}

function lockReader(): Reader {
  return reader(payloads.issueChanged, ({ issue }) => ({ kind: 'issue-lock-changed', issue: issueOf(issue) }));
}

function repositoryReader(change: RepositoryChange): Reader {
  return reader(payloads.repositoryChanged, () => ({ kind: 'repository-changed', change }));
}

function installationReader(change: 'created' | 'deleted' | 'suspended' | 'unsuspended'): Reader {
  return bareReader(payloads.installationChanged, ({ installation }) => ({
    kind: 'installation-changed',
    installationId: installation.id,
    change,
  }));
}

function selectionReader(change: 'added' | 'removed'): Reader {
  return bareReader(payloads.selectionChanged, ({ installation, ...payload }) => ({
    kind: 'selection-changed',
    installationId: installation.id,
    change,
    repositoryIds: payload[`repositories_${change}`].map(({ id }) => id),
  }));
}

const events: ReadonlySet<string> = new Set([...readers.keys()].map((name) => name.split('.')[0] ?? ''));

/** Whether we act on anything of this event; what is told of the others need not be read. */
export function mayConcernUs(event: string): boolean {
  return events.has(event);
}

function commonOf({ repository, installation, sender }: payloads.Common): {
  readonly repository: Repository;
  readonly sender: Sender;
} {
  return {
    repository: {
      id: repository.id,
      owner: repository.owner.login,
      name: repository.name,
      defaultBranch: repository.default_branch,
      installationId: installation.id,
    },
    sender: senderOf(sender),
  };
}

const personOf = ({ id, login }: payloads.User): Person => ({ id, login });

const senderOf = (user: payloads.User): Sender => ({
  ...personOf(user),
  isBot: user.type === 'Bot' || user.login.endsWith('[bot]'),
});

const issueOf = ({ number, title, state }: payloads.Issue): IncomingIssue => ({
  number,
  title,
  isOpen: state === 'open',
});
