import type { RunFacts } from '../domain/run/facts.ts';
import type { SessionId } from '../domain/ids.ts';
import type { Session } from '../domain/session/session.ts';
import type { Clock } from '../lib/clock.ts';
import type { Glance } from '../runs/glance.ts';

const QUIET_MS_MAX = 60_000; // what a glance cannot see, such as a place that was closed without a word, is seen so late
const RUNS_MAX = 200; // twice the slots that a machine can have

/**
 * The runs at which nobody need look: a look found nothing to do, and a glance says that the next one would find the same.
 * It is only remembered, so after a restart each run is looked at.
 */
export type QuietRuns = {
  /** A look saw this, and nothing followed from it. The glance is from before that look. */
  note(session: Session, seen: { readonly glance: Glance; readonly facts: RunFacts }): void;
  /** False of every session that is not as it was noted. */
  isQuiet(session: Session): boolean;
};

type Quiet = {
  readonly version: number;
  readonly since: number;
  readonly glance: Glance;
  readonly facts: RunFacts;
};

export function createQuietRuns(now: Clock): QuietRuns {
  const quiet = new Map<SessionId, Quiet>();
  return {
    note({ id, version }, { glance, facts }) {
      quiet.delete(id);
      quiet.set(id, { version, since: now(), glance, facts });
      const [oldest] = quiet.keys();
      if (quiet.size > RUNS_MAX && oldest !== undefined) quiet.delete(oldest);
    },
    isQuiet({ id, version }) {
      const noted = quiet.get(id);
      if (noted === undefined) return false;
      const at = now();
      const isRecent = at >= noted.since && at < noted.since + QUIET_MS_MAX;
      if (noted.version === version && isRecent && !noted.glance.hasNews(noted.facts)) return true;
      quiet.delete(id);
      return false;
    },
  };
}
