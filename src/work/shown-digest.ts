import { createHash } from 'node:crypto';

import type { Session } from '../domain/session/session.ts';
import { checkRun } from '../render/check-run.ts';

/** Tells whether two things show the same. */
export function digestOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex');
}

/** Of the check run on a commit as it was when the session changed: time that goes by is nothing new. */
export function checkDigest(session: Session, headSha: string): string {
  return digestOf(checkRun(session, headSha, session.changedAt));
}
