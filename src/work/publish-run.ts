import type { Effect } from '../domain/effect/effect.ts';
import { isFinal, type Session } from '../domain/session/session.ts';
import { RefusedError } from '../github/errors.ts';
import type { PullFacts } from '../github/github.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { TransientError } from '../lib/errors.ts';
import { pullRequest } from '../render/pull-request.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { repositoryOf, type Repository } from './prepare-run.ts';

type Publish = Extract<Effect, { kind: 'publish' }>;

const LOOK_AGAIN_MS = 5_000; // until a list of GitHub shows what was made a moment ago

/** Git goes on by itself however long it takes, and GitHub compares what it is to replace: that is its own fence. */
const PUSH_STARTS_MS = 20_000;

/**
 * Pushes the checked commits and opens the pull request, or finds both done; gives its number. Safe to repeat: the push
 * names what it expects to replace, and a branch has one pull request. A session that was stopped meanwhile publishes nothing;
 * what GitHub was making just then is recorded, so that its card names it. `isFirstTry`: nothing of it can be on GitHub yet,
 * which saves a look.
 */
export async function publishRun(
  ports: Ports,
  effect: Publish,
  { isFirstTry = false }: { readonly isFirstTry?: boolean } = {},
): Promise<string | null> {
  const session = await wanting(ports, effect);
  if (!session) return recordMade(ports, effect);
  const repository = await repositoryOf(ports, effect.repositoryId);
  const isNew = isFirstTry && session.pull === null;
  const newest = isNew ? null : await ports.github.findPull(repository, session.branch);
  const earlier = newest && isOurs(newest, session, effect) ? newest : null;
  const hasEnded = earlier !== null && !earlier.isOpen;
  crashPoint('publish.pushing');
  if (!hasEnded) {
    const pushed = await push(ports, session, repository, effect.head);
    // From another life of this branch: it may have its pull request as well.
    if (isNew && pushed === 'already-there') return publishRun(ports, effect);
  }
  crashPoint('publish.pushed');
  if (!earlier && !(await wanting(ports, effect))) return null; // stopped during the push
  const pull = earlier ?? (await createPull(ports, session, repository));
  crashPoint('publish.opened');
  await tellPublished(ports, effect, pull);
  // Opened by an earlier try whose answer we never got, and merged or closed since: the delivery that said so found nobody.
  if (hasEnded) {
    const kind = earlier.isMerged ? 'pull-merged' : 'pull-closed';
    await moveSession(ports, session.id, `${kind}:${pull.number}`, { kind, by: null, at: ports.now() });
  }
  return String(pull.number);
}

/** A pull request that an earlier try made, whose answer we never got, for a session that has ended since. */
async function recordMade(ports: Ports, effect: Publish): Promise<string | null> {
  const session = await ports.store.sessions.get(effect.sessionId);
  if (!session || !isFinal(session) || session.pull) return null;
  const made = await ports.github.findPull(await repositoryOf(ports, effect.repositoryId), session.branch);
  if (made?.headSha !== effect.head) return null;
  await tellPublished(ports, effect, made);
  return String(made.number);
}

async function tellPublished(ports: Ports, { sessionId, runId, head }: Publish, { number }: PullFacts): Promise<void> {
  const pull = { number, headSha: head };
  await moveSession(ports, sessionId, `published:${runId}`, { kind: 'published', pull, at: ports.now() });
}

/** The session, if it still waits for these commits to be published. */
async function wanting({ store }: Ports, effect: Publish): Promise<Session | null> {
  const session = await store.sessions.get(effect.sessionId);
  const isWanted =
    session?.state === 'publishing' && session.step.kind === 'pushing' && session.step.head === effect.head;
  return isWanted ? session : null;
}

/** An ended one with other commits is from another life of this branch, before this home: it says nothing of this work. */
function isOurs(pull: PullFacts, session: Session, { head }: Publish): boolean {
  return pull.isOpen || pull.number === session.pull?.number || pull.headSha === head;
}

async function push(
  ports: Ports,
  session: Session,
  repository: Repository,
  head: string,
): Promise<'pushed' | 'already-there'> {
  const mirror = await ports.openMirror(session.repositoryId);
  const access = await ports.github.gitAccess(repository, 'write');
  await ports.mayWrite(PUSH_STARTS_MS);
  const pushed = await mirror.push({
    ...access,
    branch: session.branch,
    head,
    expected: session.pull?.headSha ?? null,
  });
  switch (pushed.outcome) {
    case 'pushed':
    case 'already-there':
      return pushed.outcome;
    case 'moved':
      throw new RefusedError(`Somebody else has pushed to ${session.branch}; their commits are left as they are.`, {
        status: 409,
      });
    case 'refused':
      throw new RefusedError(`GitHub refused the push: ${pushed.detail}`, { status: 422 });
  }
}

async function createPull(ports: Ports, session: Session, repository: Repository): Promise<PullFacts> {
  const { github, redact } = ports;
  const { title, body } = pullRequest(session, { number: session.issueNumber, title: session.title });
  try {
    return await github.createPull(repository, {
      title: redact(title),
      body: redact(body),
      head: session.branch,
      base: repository.defaultBranch,
      isDraft: true,
    });
  } catch (error) {
    if (!(error instanceof RefusedError) || !/already exists/i.test(error.message)) throw error;
    // An earlier try made it, and the list does not show it yet.
    throw new TransientError(error.message, { retryAt: ports.now() + LOOK_AGAIN_MS });
  }
}
