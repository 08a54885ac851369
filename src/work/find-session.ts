import { SUBMISSIONS_MAX, submissionOf, endOfNote } from '../domain/command/operator-command.ts';
import type { Repository } from '../domain/event/incoming.ts';
import { sessionId, sessionIdOf, type SessionId } from '../domain/ids.ts';
import type { Session } from '../domain/session/session.ts';
import type { Sighting } from '../domain/session/sighting.ts';
import { UserError } from '../lib/errors.ts';
import { oneLine } from '../render/one-line.ts';
import type { Store } from '../store/store.ts';

type Looked = Pick<Store, 'deliveries' | 'repositories' | 'sessions'>;

const NAME_CHARACTERS_MAX = 200; // of what was typed, in the sentence that says it is unknown

/**
 * The session that an operator names, by its id, the id of one of its runs, or its issue, of which it is the latest. Also
 * one that was submitted and is not open. Reads only. Throws UserErrors `session-not-found` and `not-found`.
 */
export async function findSession(store: Looked, name: string): Promise<Sighting> {
  const place = readIssueName(name);
  if (place) {
    const { id } = await repositoryNamed(store, place);
    const session = await store.sessions.ofIssue(id, place.issueNumber);
    return session ? sightingOf(store, session) : submittedOr(store, sessionIdOf(id, place.issueNumber, 1), name);
  }
  const id = sessionId(name.replace(/-r\d+$/, ''));
  const session = await store.sessions.get(id);
  if (session && name !== id && !session.runs.some((run) => run.id === name)) {
    throw new UserError(
      'session-not-found',
      `The session ${id} has no run ${oneLine(name, NAME_CHARACTERS_MAX)}. \`reeve status ${id}\` lists its runs.`,
    );
  }
  return session ? sightingOf(store, session) : submittedOr(store, id, name);
}

async function sightingOf({ repositories }: Looked, session: Session): Promise<Sighting> {
  const { id, repositoryId } = session;
  return { kind: 'session', id, issue: issueNameOf(await repositories.get(repositoryId), session), session };
}

/** `OWNER/REPO#N`, by what the repository is called now as far as we know. */
function issueNameOf(
  repository: Repository | null,
  { repositoryId, issueNumber }: { readonly repositoryId: number; readonly issueNumber: number },
): string {
  return `${repository ? `${repository.owner}/${repository.name}` : `repository ${repositoryId}`}#${issueNumber}`;
}

async function submittedOr({ deliveries, repositories }: Looked, id: SessionId, name: string): Promise<Sighting> {
  const place = /^(\d{1,15})-(\d{1,15})-\d{1,15}$/.exec(id);
  if (!place) throw unknown(name);
  const [repositoryId, issueNumber] = [Number(place[1]), Number(place[2])];
  let found: Sighting | null = null;
  for (let nth = 1; nth <= SUBMISSIONS_MAX; nth += 1) {
    const fate = await deliveries.fate(submissionOf(id, nth));
    if (fate === null) break;
    const issue = issueNameOf(await repositories.get(repositoryId), { repositoryId, issueNumber });
    const end = fate.state === 'waiting' ? null : endOfNote(fate.note);
    found =
      end?.outcome === 'refused' ? { kind: 'refused', id, issue, why: end.why } : { kind: 'submitted', id, issue };
  }
  if (found === null) throw unknown(name);
  return found;
}

function unknown(name: string): UserError {
  const shown = oneLine(name, NAME_CHARACTERS_MAX);
  return new UserError('session-not-found', `There is no session ${shown}. \`reeve status\` lists them.`);
}

export type IssueName = { readonly owner: string; readonly name: string; readonly issueNumber: number };

/** Reads `OWNER/REPO#N`; null for anything else. */
export function readIssueName(text: string): IssueName | null {
  const match = /^([A-Za-z0-9-]{1,39})\/([A-Za-z0-9._-]{1,100})#(\d{1,9})$/.exec(text);
  if (!match || Number(match[3]) === 0) return null;
  const [, owner = '', name = '', number] = match;
  return { owner, name, issueNumber: Number(number) };
}

/** Throws UserError `not-found` when no delivery has told us of it. */
export async function repositoryNamed(
  { repositories }: Pick<Looked, 'repositories'>,
  { owner, name }: IssueName,
): Promise<Repository> {
  const repository = await repositories.named(owner, name);
  if (repository) return repository;
  throw new UserError(
    'not-found',
    `This server knows no repository ${owner}/${name}: install the App on it, or label one of its issues, so that GitHub tells of it.`,
  );
}
