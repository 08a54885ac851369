import type { IncomingEvent, RepositoryEvent } from '../domain/event/incoming.ts';
import { messageOf, TransientError } from '../lib/errors.ts';
import { unreachable } from '../lib/never.ts';
import { commentFact } from './compare-comments.ts';
import { enterRepository, issueOf } from './enter-repository.ts';
import { hearButton } from './hear-button.ts';
import { hearIssueClosed, hearPullClosed } from './hear-closed.ts';
import { hearComment } from './hear-comment.ts';
import { hearEdit } from './hear-edit.ts';
import { hearOperator } from './hear-operator.ts';
import { hearInstallation, hearIssueGone, hearIssueLock, hearRepository } from './hear-place.ts';
import { whatFailureTells } from './look-at-place.ts';
import type { Ports } from './ports.ts';
import type { ReadDelivery } from './route-deliveries.ts';
import { takeLabel } from './take-label.ts';

/**
 * The event of one stored delivery → the use case that it concerns → a note on what came of it. Safe to repeat: each use
 * case moves a session at most once for one cause, so a crash before the end is stored costs a second look.
 */
export async function routeDelivery(given: Ports, { id, incoming }: ReadDelivery): Promise<string> {
  const ports = { ...given, github: given.github.as('people') };
  return hearSomewhere(ports, incoming, `delivery:${id}`);
}

/** Where it happened comes first: in a place that is closed nothing is done. */
async function hearSomewhere(ports: Ports, event: IncomingEvent, cause: string): Promise<string> {
  if (!('repository' in event)) return hearInstallation(ports, event);
  if (event.kind === 'repository-changed') return hearRepository(ports, event);
  const why = event.kind === 'issue-lock-changed' ? null : await enterRepository(ports, event);
  return why === null ? hearOrLook(ports, event, cause) : `gone: ${why}`;
}

type Heard = Exclude<RepositoryEvent, { readonly kind: 'repository-changed' }>;

/** GitHub may refuse because the place is closed and no delivery has told us: then that is what the event comes to. */
async function hearOrLook(ports: Ports, event: Heard, cause: string): Promise<string> {
  try {
    return (await isOurs(ports, event)) ? 'our own doing' : await hearOnce(ports, event, cause);
  } catch (error) {
    const place = { repositoryId: event.repository.id, issueNumber: issueOf(event) };
    const told = await whatFailureTells(ports, place, error);
    if (told === 'has-another-name') throw new TransientError(messageOf(error), { retryAt: ports.now(), cause: error });
    if (told === null) throw error;
    return `gone: ${told.why}`;
  }
}

/** A comment may be told twice, by its webhook and by a comparison: whichever comes second changes nothing. */
async function hearOnce(ports: Ports, event: Heard, cause: string): Promise<string> {
  const fact = event.kind === 'comment-created' ? commentFact(event.comment.id) : null;
  if (fact !== null && (await ports.store.facts.isHeard(fact))) return 'heard before';
  const note = await hear(ports, event, cause);
  if (fact !== null) await ports.store.facts.markHeard(fact, ports.now());
  return note;
}

/** What we do on GitHub comes back to us as deliveries. A merge is the exception: whoever did it, the work is merged. */
async function isOurs({ github }: Ports, event: RepositoryEvent): Promise<boolean> {
  // A person is not us: no need to ask who we are.
  return event.kind !== 'pull-closed' && event.sender.isBot && event.sender.id === (await github.me()).id;
}

function hear(ports: Ports, event: Heard, cause: string): Promise<string> {
  switch (event.kind) {
    case 'issue-labeled':
      return takeLabel(ports, event, cause);
    case 'issue-closed':
      return hearIssueClosed(ports, event, cause);
    case 'issue-gone':
      return hearIssueGone(ports, event);
    case 'issue-lock-changed':
      return hearIssueLock(ports, event);
    case 'comment-created':
      return hearComment(ports, event);
    case 'comment-edited':
      return hearEdit(ports, event, cause);
    case 'pull-closed':
      return hearPullClosed(ports, event, cause);
    case 'check-action-requested':
    case 'check-rerequested':
      return hearButton(ports, event, cause);
    case 'operator-commanded':
      return hearOperator(ports, event, cause);
    default:
      return unreachable(event);
  }
}
