import type { Repository } from '../domain/event/incoming.ts';
import type { Account, Labeling, PlacedComment, ThreadFacts } from './github.ts';
import { deliveryId, type DeliveryId } from '../domain/ids.ts';

/** What a comparison found, in the shape of the webhook delivery that would have told us. `at`: when it happened on GitHub. */
export type FoundDelivery = {
  readonly id: DeliveryId;
  readonly event: string;
  readonly payload: string;
  readonly at: number;
};

/** A comment that nobody told us of. Found again, it is the same delivery. */
export function foundComment(repository: Repository, comment: PlacedComment): FoundDelivery {
  const { id, body, author, onNumber: number, isPull, createdAt } = comment;
  return found(repository, author, {
    ...{ id: `compare:comment:${id}`, event: 'issue_comment', action: 'created', at: createdAt },
    about: {
      issue: { number, title: '', state: 'open', ...(isPull && { pull_request: {} }) },
      comment: { id, body, user: author, created_at: new Date(createdAt).toISOString() },
    },
  });
}

/** A label that somebody put on an open issue. */
export function foundLabeling(repository: Repository, issue: ThreadFacts, labeling: Labeling): FoundDelivery {
  return found(repository, labeling.by, {
    ...{ id: `compare:label:${labeling.id}`, event: 'issues', action: 'labeled', at: labeling.at },
    about: { issue: { number: issue.number, title: issue.title, state: 'open' }, label: { name: labeling.label } },
  });
}

/** An issue or a pull request that is closed; one that is opened and closed again is another delivery. Null: it is open. */
export function foundClosed(repository: Repository, thread: ThreadFacts): FoundDelivery | null {
  const { number, title, isPull, isMerged, closed } = thread;
  if (closed === null) return null;
  const same = { id: `compare:closed:${repository.id}:${number}:${closed.at}`, action: 'closed', at: closed.at };
  const by = closed.by ?? somebody;
  return isPull
    ? found(repository, by, {
        ...{ ...same, event: 'pull_request' },
        about: { pull_request: { number, merged: isMerged, merged_by: isMerged ? closed.by : null } },
      })
    : found(repository, by, { ...same, event: 'issues', about: { issue: { number, title, state: 'closed' } } });
}

/** GitHub's own stand-in for whoever it cannot name. */
const somebody: Account = { id: 10_137, login: 'ghost', type: 'User' };

type Happened = {
  readonly id: string;
  readonly event: string;
  readonly action: string;
  readonly at: number;
  readonly about: Readonly<Record<string, unknown>>;
};

function found(repository: Repository, sender: Account, { id, event, action, at, about }: Happened): FoundDelivery {
  const { owner, name, defaultBranch, installationId } = repository;
  const payload = {
    action,
    ...about,
    repository: { id: repository.id, name, owner: { login: owner }, default_branch: defaultBranch },
    installation: { id: installationId },
    sender,
  };
  return { id: deliveryId(id), event, payload: JSON.stringify(payload), at };
}
