import type { IncomingEvent } from '../domain/event/incoming.ts';
import type { Concerns } from '../store/store.ts';

/** The repository and the issue or pull request that an event tells of; null for an event of a whole installation. */
export function concernsOf(event: IncomingEvent): Concerns | null {
  return 'repository' in event ? { repositoryId: event.repository.id, issueNumber: numberIn(event) } : null;
}

/**
 * Events of one lane are routed in order: those of one issue or pull request, of one commit, of a repository itself, or of
 * an installation.
 */
export function laneOf(event: IncomingEvent): string {
  if (!('repository' in event)) return `installation ${event.installationId}`;
  const thing = numberIn(event) ?? ('headSha' in event ? event.headSha : 'itself');
  return `${event.repository.id}/${thing}`;
}

function numberIn(event: IncomingEvent): number | null {
  if ('issue' in event) return event.issue.number;
  if ('onNumber' in event) return event.onNumber;
  return 'pullNumber' in event ? event.pullNumber : null;
}
