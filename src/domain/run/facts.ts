import type { MessageOutcome } from './message.ts';
import type { RunOutput } from './output.ts';
import type { ProcessIdentity, RunRequest, RunStatus } from './run.ts';

/** `unknown` means that the look itself failed; that is never taken for death. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** A run as seen at one instant, from its directory and the operating system. */
export type RunFacts = {
  readonly request: RunRequest | null;
  /** Who claimed the run, or null while nobody has, or when that cannot be read. */
  readonly lock: ProcessIdentity | null;
  /** Whether that run host lives, `unknown` too when nobody can tell who it is; null while nobody has claimed the run. */
  readonly host: Liveness | null;
  /** The host belongs to another boot of this machine, or to another machine. */
  readonly isOtherBoot: boolean;
  /** Whether the agent's first process lives; null while the status names none. */
  readonly agent: Liveness | null;
  readonly status: RunStatus | null;
  /** What the agent said, checked and redacted by the run host. */
  readonly outputs: readonly RunOutput[];
  /** What became of what people said to it, by the message's id; one that is not here waits or was never left. */
  readonly messages: ReadonlyMap<string, MessageOutcome>;
  readonly isStopRequested: boolean;
  /** One sentence for each file of the directory that could not be read. */
  readonly problems: readonly string[];
};
