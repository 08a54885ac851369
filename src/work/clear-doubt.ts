import type { Effect } from '../domain/effect/effect.ts';
import type { Session } from '../domain/session/session.ts';
import { keepOneCheck, keepOneComment } from '../github/perform.ts';
import { checkRun, type CheckRun } from '../render/check-run.ts';
import type { Ports } from './ports.ts';
import { repositoryOf } from './prepare-run.ts';

type Doubt = Extract<Effect, { kind: 'doubt' }>;

/** Looks whether what fills a slot is there twice, and leaves one. Safe to repeat: it wishes for a state, not for a step. */
export async function clearDoubt(ports: Ports, doubt: Doubt): Promise<{ readonly remoteId: string | null }> {
  const { github, store, log } = ports;
  const repository = await repositoryOf(ports, doubt.repositoryId);
  const remoteId = await store.outbox.remoteId(doubt.of);
  const kept = await keepOne();
  if (kept.removed > 0) log.warn({ slot: doubt.of, ...kept }, 'GitHub had it twice; one is kept.');
  return { remoteId: kept.remoteId };

  async function keepOne(): ReturnType<typeof keepOneComment> {
    const { place } = doubt;
    if (place.on === 'thread') {
      const marker = ports.marker.marker(doubt.of);
      return keepOneComment(github, { repository, number: place.number, marker, remoteId });
    }
    const session = await store.sessions.get(place.sessionId);
    if (!session) return { remoteId, removed: 0 };
    const check = cleanCheck(ports, session, place.headSha);
    return keepOneCheck(github, { repository, headSha: place.headSha, check, remoteId });
  }
}

/** The check run of a session as it may be sent: without anything that is secret here. */
export function cleanCheck({ redact, now }: Ports, session: Session, headSha: string): CheckRun {
  const check = checkRun(session, headSha, now());
  return { ...check, title: redact(check.title), summary: redact(check.summary) };
}
