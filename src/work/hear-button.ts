import type { IncomingEvent } from '../domain/event/incoming.ts';
import { sessionId } from '../domain/ids.ts';
import { maySteer } from '../domain/people.ts';
import { obeyCommand } from './obey-command.ts';
import type { Ports } from './ports.ts';

type ButtonEvent = Extract<IncomingEvent, { kind: 'check-action-requested' | 'check-rerequested' }>;

/** A button on our check run, or GitHub's own Re-run of it or of all checks. Safe to repeat: the state of the session decides whether it still counts. */
export async function hearButton(ports: Ports, event: ButtonEvent, cause: string): Promise<string> {
  const verb = event.kind === 'check-rerequested' ? 'retry' : event.action;
  if (verb !== 'retry' && verb !== 'stop') return 'an unknown button';
  const { sessions } = ports.store;
  const session =
    event.externalId === null
      ? await sessions.ofHead(event.repository.id, event.headSha)
      : await sessions.get(sessionId(event.externalId));
  if (!session || session.repositoryId !== event.repository.id) return 'not a check run of ours';
  const newest = await sessions.ofIssue(session.repositoryId, session.issueNumber);
  if (newest?.id !== session.id) return 'the button of an earlier session';
  const by = { id: event.sender.id, login: event.sender.login };
  if (event.sender.isBot || !maySteer(await ports.github.permissionOf(event.repository, by))) return 'not permitted';
  return (await obeyCommand(ports, { session, verb, by, cause })) ?? `${verb} obeyed`;
}
