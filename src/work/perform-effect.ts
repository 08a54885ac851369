import type { Effect } from '../domain/effect/effect.ts';
import type { SessionId } from '../domain/ids.ts';
import { displayOf, LABEL_PREFIX, stateLabels } from '../domain/session/display.ts';
import type { Session } from '../domain/session/session.ts';
import { createCommentOnce, showLabel, upsertCheck, upsertComment } from '../github/perform.ts';
import { unreachable } from '../lib/never.ts';
import { checkRun } from '../render/check-run.ts';
import { questionCard } from '../render/comments/question-card.ts';
import { replyComment } from '../render/comments/reply.ts';
import { statusCard } from '../render/comments/status-card.ts';
import { labelLook } from '../render/labels.ts';
import { publishMishap } from '../render/mishap.ts';
import { COMMAND_PREFIX } from '../render/verbs.ts';
import type { Claimed } from '../store/store.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { repositoryOf } from './prepare-run.ts';
import { publishRun } from './publish-run.ts';

/**
 * Performs one effect as things stand now, and gives what GitHub calls the result. What is shown of a session is rendered
 * from its present state, so that an old wish can never show an old state. Safe to repeat.
 */
export async function performEffect(ports: Ports, { effect, mayBeDone }: Claimed): Promise<string | null> {
  const { github, store } = ports;
  const repository = await repositoryOf(ports, effect.repositoryId);
  const known = { remoteId: await store.outbox.remoteId(effect.slot), mayBeDone };
  const comment = (number: number, body: string) => ({
    ...known,
    ...{ repository, number, marker: ports.marker.marker(effect.slot), body: ports.redact(body) },
  });
  switch (effect.kind) {
    case 'card': {
      const card = statusCard(await latestSession(ports, effect), { now: ports.now(), commandPrefix: COMMAND_PREFIX });
      return upsertComment(github, comment(effect.issueNumber, card));
    }
    case 'labels': {
      const { label } = displayOf(await latestSession(ports, effect));
      const ours = stateLabels.map((name) => `${LABEL_PREFIX}${name}`);
      const wished = label === null ? null : labelLook(label);
      await showLabel(github, { repository, number: effect.issueNumber, wished, ours });
      return null;
    }
    case 'question': {
      const session = await sessionOf(ports, effect.sessionId);
      const question = session.questions.find((one) => one.number === effect.number);
      return question ? upsertComment(github, comment(effect.issueNumber, questionCard(session, question))) : null;
    }
    case 'check': {
      const check = checkRun(await sessionOf(ports, effect.sessionId), effect.headSha, ports.now());
      const clean = { ...check, title: ports.redact(check.title), summary: ports.redact(check.summary) };
      return upsertCheck(github, { ...known, repository, headSha: effect.headSha, check: clean });
    }
    case 'reply': {
      const session = await store.sessions.ofIssue(effect.repositoryId, effect.issueNumber);
      return createCommentOnce(github, comment(effect.onNumber, replyComment(effect.reply, session)));
    }
    case 'react':
      await github.addReaction(repository, effect.commentId, effect.content);
      return null;
    case 'publish':
      return publishRun(ports, effect);
    default:
      return unreachable(effect);
  }
}

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
