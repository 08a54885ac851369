import type { Effect } from '../domain/effect/effect.ts';
import type { SessionId } from '../domain/ids.ts';
import type { Priority } from '../domain/limits/limits.ts';
import type { ClosureReason } from '../domain/place.ts';
import { displayOf, LABEL_PREFIX, stateLabels } from '../domain/session/display.ts';
import type { Session } from '../domain/session/session.ts';
import { createCommentOnce, showLabel, upsertCheck, upsertComment } from '../github/perform.ts';
import { unreachable } from '../lib/never.ts';
import { questionCard } from '../render/comments/question-card.ts';
import { replyComment } from '../render/comments/reply.ts';
import { statusCard } from '../render/comments/status-card.ts';
import { labelLook } from '../render/labels.ts';
import { publishMishap } from '../render/mishap.ts';
import { COMMAND_PREFIX } from '../render/verbs.ts';
import type { Claimed } from '../store/store.ts';
import { clearDoubt, cleanCheck } from './clear-doubt.ts';
import { endWorkIn } from './close-place.ts';
import { makeAgain } from './make-again.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { repositoryOf } from './prepare-run.ts';
import { publishRun } from './publish-run.ts';
import { checkDigest, digestOf } from './shown-digest.ts';

/** What GitHub calls the thing that was made or changed, and a digest of what it shows now; null: nothing to remember. */
export type Done = { readonly remoteId: string | null; readonly shown?: string | null };

/** Strangers can cause as many refusals as there are issues: those leave room in GitHub's limits for everybody's work. */
function priorityOf(effect: Effect, isUrgent: boolean): Priority {
  if (isUrgent) return 'people';
  return effect.kind === 'reply' && effect.reply.topic === 'not-permitted' ? 'background' : 'work';
}

/**
 * Performs one effect as things stand now, and gives what GitHub calls the result. What shows already
 * is not sent again. What is shown of a session is rendered from its present state, so that an old wish can never show an old state. Safe to repeat.
 */
export async function performEffect(given: Ports, claimed: Claimed): Promise<Done> {
  const { effect, mayBeDone, isUrgent } = claimed;
  const ports = { ...given, github: given.github.as(priorityOf(effect, isUrgent)) };
  const { github, store } = ports;
  const repository = await repositoryOf(ports, effect.repositoryId);
  const known = { remoteId: await store.outbox.remoteId(effect.slot), mayBeDone };
  const comment = (number: number, body: string) => ({
    ...{ ...known, again: () => makeAgain(ports, claimed, { on: 'thread', number }) },
    ...{ repository, number, marker: ports.marker.marker(effect.slot), body: ports.redact(body) },
  });
  /** Sends what shows something new; after an unknown outcome, whatever it shows. */
  const unlessShown = async (shown: string, send: () => Promise<string | null>): Promise<Done> => {
    if (!mayBeDone && (await store.outbox.shown(effect.slot)) === shown) return { remoteId: null };
    return { remoteId: await send(), shown };
  };
  switch (effect.kind) {
    case 'card': {
      const session = await latestSession(ports, effect);
      const agents = ports.settings.agents.map(({ name }) => name);
      const config = { known: await store.configs.get(effect.repositoryId), agents };
      const cardAt = (now: number): string => statusCard(session, { now, commandPrefix: COMMAND_PREFIX, config });
      // Time that goes by is nothing new: the digest is of the card as it was when the session changed.
      return unlessShown(digestOf(cardAt(session.changedAt)), () =>
        upsertComment(github, comment(effect.issueNumber, cardAt(ports.now()))),
      );
    }
    case 'labels': {
      const { label } = displayOf(await latestSession(ports, effect));
      const ours = stateLabels.map((name) => `${LABEL_PREFIX}${name}`);
      const wished = label === null ? null : labelLook(label);
      return unlessShown(digestOf(label), async () => {
        await showLabel(github, { repository, number: effect.issueNumber, wished, ours });
        return null;
      });
    }
    case 'question': {
      const session = await sessionOf(ports, effect.sessionId);
      const question = session.questions.find((one) => one.number === effect.number);
      if (!question) return nothingDone;
      const card = questionCard(session, question);
      return unlessShown(digestOf(card), () => upsertComment(github, comment(effect.issueNumber, card)));
    }
    case 'check': {
      const { headSha, sessionId } = effect;
      const session = await sessionOf(ports, sessionId);
      const again = () => makeAgain(ports, claimed, { on: 'commit', headSha, sessionId });
      const check = cleanCheck(ports, session, headSha);
      return unlessShown(checkDigest(session, headSha), () =>
        upsertCheck(github, { ...known, again, repository, headSha, check }),
      );
    }
    case 'reply': {
      const session = await store.sessions.ofIssue(effect.repositoryId, effect.issueNumber);
      const remoteId = await createCommentOnce(github, comment(effect.onNumber, replyComment(effect.reply, session)));
      return { remoteId };
    }
    case 'react':
      await github.addReaction(repository, effect.commentId, effect.content);
      return nothingDone;
    case 'publish':
      return { remoteId: await publishRun(ports, effect, { isFirstTry: claimed.attempts === 0 && !mayBeDone }) };
    case 'doubt':
      return clearDoubt(ports, effect);
    default:
      return unreachable(effect);
  }
}

const nothingDone: Done = { remoteId: null };

/**
 * An effect that will never be done has its end too: a session does not wait for a push that cannot come. `refusal` is what
 * GitHub said, null when it was something else.
 */
export async function abandonEffect(ports: Ports, effect: Effect, refusal: string | null): Promise<void> {
  if (effect.kind !== 'publish') return;
  const { sessionId, head } = effect;
  await moveSession(ports, sessionId, `publish-failed:${head}`, {
    kind: 'publish-failed',
    head,
    detail: refusal ?? publishMishap(effect.runId),
    at: ports.now(),
  });
}

/** Nothing is written in a closed place; work that began there all the same (it was being opened just then) ends too. Safe to repeat. */
export async function revokeEffect(ports: Ports, effect: Effect, why: ClosureReason): Promise<void> {
  const { key, repositoryId, issueNumber } = effect;
  ports.log.info({ effect: key, why }, 'The effect is revoked: its place is closed.');
  await endWorkIn(ports, { kind: 'issue', repositoryId, issueNumber }, why);
  await ports.store.outbox.revoke(key, { why, at: ports.now() });
}

/** The card and the labels belong to the issue: they show its newest session, whichever wished for them. */
async function latestSession(ports: Ports, effect: Effect & { readonly sessionId: SessionId }): Promise<Session> {
  return (
    (await ports.store.sessions.ofIssue(effect.repositoryId, effect.issueNumber)) ?? sessionOf(ports, effect.sessionId)
  );
}

async function sessionOf({ store }: Ports, id: SessionId): Promise<Session> {
  const session = await store.sessions.get(id);
  if (!session) throw new Error(`An effect names the session ${id}, which is not stored.`);
  return session;
}
