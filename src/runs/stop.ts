import { mkdir } from 'node:fs/promises';

import type { RunId } from '../domain/ids.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { endProcesses } from '../lib/end-processes.ts';
import { livenessOf } from '../lib/process-table.ts';
import { runDirectoryOf, type RunDirectory } from './run-directory.ts';
import { readClaim } from './run-directory/claim.ts';
import { readRequest } from './run-directory/request.ts';
import { runProcesses } from './run-directory/run-processes.ts';
import { readStatus } from './run-directory/status.ts';
import { requestStop } from './run-directory/stop-file.ts';

const TIDY_MS = 10_000; // what a host may need beyond the agent's grace: killing the rest and committing
const GRACE_MS = 10_000; // when the request that names the grace cannot be read

/** `ended`: nothing of the run is left and nothing of it will start. `stopping`: ask again soon. */
export type StopOutcome = 'ended' | 'stopping';

/**
 * Stops a run for good. The first call asks; a call after the grace insists, and kills the host and every process of
 * the agent. Also for a run that nobody has claimed, and for one whose host is dead.
 */
export async function stopRun(home: string, runId: RunId, now: number): Promise<StopOutcome> {
  const directory = runDirectoryOf(home, runId);
  await mkdir(directory.path, { recursive: true, mode: 0o700 }); // also for a run that is yet to be launched
  const askedAt = await requestStop(directory, now);
  crashPoint('stop.asked');
  const claim = await readClaim(directory);
  // A host looks for `stop` after it has claimed, so one that comes later than this look starts nothing.
  if (claim.kind === 'absent') return 'ended';
  // One that nobody can name cannot be killed: it has the grace to see `stop`, and its agent is found by its mark.
  const host = claim.kind === 'read' ? claim.value : null;

  const status = await readStatus(directory);
  const agent = status.kind === 'read' ? status.value.agent : null;
  const liveness = host === null ? null : await livenessOf(host);
  const hasEnded = status.kind === 'read' && status.value.state === 'ended';
  const mustKillHost = liveness !== 'dead' && !hasEnded;
  if (mustKillHost && (liveness === 'unknown' || now < askedAt + (await graceMsOf(directory)))) return 'stopping';
  const survivors = await endProcesses(() => runProcesses(directory, agent), mustKillHost ? host : null);
  const isHostGone = host === null || hasEnded || (await livenessOf(host)) === 'dead';
  if (survivors.length > 0 || !isHostGone) return 'stopping';
  crashPoint('stop.ended');
  return 'ended';
}

async function graceMsOf(directory: RunDirectory): Promise<number> {
  const request = await readRequest(directory);
  return (request.kind === 'read' ? request.value.limits.stopGraceMs : GRACE_MS) + TIDY_MS;
}
