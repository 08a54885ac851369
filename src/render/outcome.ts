import { displayOf } from '../domain/session/display.ts';
import { outcomeOfSighting, type Sighting } from '../domain/session/sighting.ts';
import { unreachable } from '../lib/never.ts';
import { failureText } from './failure.ts';
import { waitsForText } from './waits-for.ts';

/** How a session stands, in one line for a terminal. */
export function outcomeText(sighting: Sighting): string {
  const { issue, id } = sighting;
  switch (sighting.kind) {
    case 'session':
      return `${issue} · ${headlineOf(sighting)} · session ${id}`;
    case 'submitted':
      return `${issue} · Submitted: waits for a server to hear of it · session ${id}`;
    case 'refused':
      return `${issue} · Not opened: ${sighting.why} · session ${id}`;
    default:
      return unreachable(sighting);
  }
}

function headlineOf({ session }: Extract<Sighting, { kind: 'session' }>): string {
  const { headline } = displayOf(session);
  if (session.state === 'failed') return `${headline}: ${failureText[session.why]}`;
  const waitsFor = waitsForText(session);
  return waitsFor === null ? headline : `${headline}: waits for ${waitsFor}`;
}

/** The same for programs: what `wait --json` and `attach` tell of a session. */
export function outcomeJson(sighting: Sighting) {
  const { id, issue } = sighting;
  const outcome = outcomeOfSighting(sighting);
  if (sighting.kind !== 'session') {
    const why = sighting.kind === 'refused' ? sighting.why : null;
    return { id, issue, state: sighting.kind, outcome, headline: null, waitsFor: null, why, pull: null, version: 0 };
  }
  const { session } = sighting;
  return {
    ...{ id, issue, state: session.state, outcome, headline: displayOf(session).headline },
    ...{ waitsFor: waitsForText(session), why: 'why' in session ? session.why : null },
    ...{ pull: session.pull?.number ?? null, version: session.version },
  };
}
