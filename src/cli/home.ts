import type { CommandEnd, SteeringVerb } from '../domain/command/operator-command.ts';
import type { DeliveryId, RunId, SessionId } from '../domain/ids.ts';
import type { Sighting } from '../domain/session/sighting.ts';
import type { renderStatus } from '../render/status.ts';
import type { renderSession } from '../render/status-session.ts';
import type { TranscriptPart } from '../runs/run-directory/transcript.ts';

/**
 * A home as an operator sees it beside its server, or without one. Nothing is kept open between two calls, so that a home
 * can be stopped, upgraded or restored meanwhile. `name` is the id of a session or of one of its runs, or `OWNER/REPO#N`.
 * Every verb throws UserErrors `not-found` and `home-other-version`; those with a name also `session-not-found`.
 */
export type Home = {
  status(): Promise<Parameters<typeof renderStatus>[0]>;
  find(name: string): Promise<Sighting>;
  /** Everything of a session; how it stands when it is not open. */
  report(name: string): Promise<Report | { readonly kind: 'unopened'; readonly sighting: Sighting }>;
  /** Puts a command into the inbox. Throws UserError `not-now`. */
  command(wanted: Wanted): Promise<Given>;
  /** `given` is null when the work is open already. Throws UserError `not-now`. */
  submit(issue: string): Promise<{ readonly session: SessionId; readonly issue: string; readonly given: Given | null }>;
  /** What came of a command; null while no server has heard it. */
  endOf(delivery: DeliveryId): Promise<CommandEnd | null>;
  /** A server holds the home, or did so a moment ago. */
  isServed(): Promise<boolean>;
  transcript(run: RunId, part: { readonly from: number; readonly maxBytes: number }): Promise<TranscriptPart>;
  /** The program that shows a run's terminal; null when it has none. */
  terminalOf(run: RunId): readonly string[] | null;
};

export type Report = { readonly kind: 'report'; readonly report: Parameters<typeof renderSession>[0] };

export type Wanted = { readonly name: string } & (
  { readonly verb: SteeringVerb } | { readonly verb: 'answer'; readonly text: string }
);

export type Given = { readonly delivery: DeliveryId; readonly session: SessionId; readonly issue: string };
