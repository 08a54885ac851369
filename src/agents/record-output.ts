import { closeSync, constants, openSync, writeSync } from 'node:fs';

import { agentOutput } from '../domain/run/output.ts';
import { messageOf } from '../lib/errors.ts';

/** Whether an output stands in the file now; why not is one sentence for the agent. */
export type Recorded = { readonly outcome: 'recorded' } | { readonly outcome: 'refused'; readonly why: string };

/** Appends one typed output to the file of its run, in one write: two callers never mix their lines. Follows no link. */
export function recordOutput(path: string | undefined, output: unknown): Recorded {
  const refused = (why: string): Recorded => ({ outcome: 'refused', why });
  const parsed = agentOutput.safeParse(output);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refused(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  if (!path) return refused('REEVE_OUTPUT is not set: reeve-agent works only inside a run of Reeve.');
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    writeSync(file, `${JSON.stringify(parsed.data)}\n`);
    closeSync(file);
  } catch (error) {
    return refused(`REEVE_OUTPUT cannot be written: ${messageOf(error)}`);
  }
  return { outcome: 'recorded' };
}
