import type { Outcome } from '../domain/session/outcome.ts';
import { UserError, type UserErrorCode } from '../lib/errors.ts';

export const exitCodes = {
  ok: 0,
  failed: 1,
  /** Bad configuration or arguments, or a second server on one home: nothing was started. */
  wrongUse: 2,
} as const;

/** How a session stands, as scripts hear it. `changed` is what `wait --until-change` waited for. */
export const outcomeExitCodes = {
  completed: 0,
  active: 10,
  'input-needed': 20,
  changed: 30,
  failed: 40,
} as const satisfies Record<Outcome | 'changed', number>;

const refusals: ReadonlySet<UserErrorCode> = new Set([
  'cannot-listen',
  'config-invalid',
  'home-damaged',
  'home-in-use',
  'home-other-version',
  'home-unwritable',
  'program-missing',
  'wrong-use',
]);

/** Tells a person what went wrong: their own mistake in a sentence, ours with all that we know. */
export function exitCodeOf(error: unknown, writeError: (text: string) => void): number {
  if (error instanceof UserError) {
    writeError(`${error.message}\n`);
    return refusals.has(error.code) ? exitCodes.wrongUse : exitCodes.failed;
  }
  writeError(`Reeve failed, and that is a fault of its own:\n${describe(error)}\n`);
  return exitCodes.failed;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
