import { TransientError, UserError } from '../lib/errors.ts';

/** What people are told of a run that could not be prepared or launched: never the error itself, which is for the log. */
export function launchMishap(error: unknown, runId: string): string {
  // A missing program is the operator's to mend; every other UserError tells its reader what to do.
  if (error instanceof UserError && error.code !== 'program-missing') return error.message;
  return error instanceof TransientError
    ? `Something that the work needs (GitHub, the network or the server's disk) was unwell. ${inTheLog(runId)}`
    : `The run could not be prepared on the server. ${forOperator(runId)}`;
}

/** What people are told of an agent that could not be started. `detail` is the run host's own sentence. */
export function startMishap(detail: string, runId: string): string {
  const isProgram = /\b(?:ENOENT|EACCES|execvp|failed to execute)\b/.test(detail);
  return isProgram
    ? `The agent's program is missing on the server, or may not be executed there. ${forOperator(runId)}`
    : `The agent or its sandbox could not be started on the server. ${forOperator(runId)}`;
}

/** What people are told when finished work could not be brought to GitHub for a reason that is not GitHub's own answer. */
export function publishMishap(session: string): string {
  return `The push or the pull request did not work, in many tries. ${forOperator(session)}`;
}

function forOperator(id: string): string {
  return `Somebody who operates the server has to look; ${inTheLog(id).replace('The', 'the')}`;
}

function inTheLog(id: string): string {
  return `The server's log has the detail under ${id}.`;
}
