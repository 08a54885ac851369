import { unreachable } from '../../lib/never.ts';
import type { SessionId } from '../ids.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { Session } from './session.ts';

/** A session as somebody sees it who looks into the store from outside. `issue` is `OWNER/REPO#N`. */
export type Sighting =
  | { readonly kind: 'session'; readonly id: SessionId; readonly issue: string; readonly session: Session }
  /** It was submitted, and no server has heard that yet. */
  | { readonly kind: 'submitted'; readonly id: SessionId; readonly issue: string }
  /** It was submitted, and there is a reason why it was not opened. */
  | { readonly kind: 'refused'; readonly id: SessionId; readonly issue: string; readonly why: string };

export function outcomeOfSighting(sighting: Sighting): Outcome {
  switch (sighting.kind) {
    case 'session':
      return outcomeOf(sighting.session.state);
    case 'submitted':
      return 'active';
    case 'refused':
      return 'failed';
    default:
      return unreachable(sighting);
  }
}

/** Different whenever anything about the session was stored in between. */
export function versionOf(sighting: Sighting): number {
  return sighting.kind === 'session' ? sighting.session.version : 0;
}
