import type { RunId, SessionId } from '../domain/ids.ts';
import { livenessOf } from '../lib/process-table.ts';
import { createRunLeftovers } from './leftovers.ts';
import { runDirectoryOf } from './run-directory.ts';
import { readClaim } from './run-directory/claim.ts';
import { readRequest } from './run-directory/request.ts';
import { runProcesses } from './run-directory/run-processes.ts';
import { readStatus } from './run-directory/status.ts';
import { runsIn } from './run-names.ts';

export type LiveRun = {
  readonly id: RunId;
  /** Null when its request cannot be read. */
  readonly workspacePath: string | null;
};

/**
 * The runs of a home, or of one session, of which a process lives, or may: a look that failed is never taken for death, and
 * a host that has started and not claimed its run yet is found by its arguments. Reads
 * one small file of each run that has ended.
 */
export async function liveRuns(home: string, of?: SessionId): Promise<readonly LiveRun[]> {
  const wanted = (await runsIn(home)).filter((id) => of === undefined || id.startsWith(`${of}-r`));
  const live: LiveRun[] = [];
  let named: ReadonlySet<RunId> | null = null; // one look at all processes, where one is needed
  for (const id of wanted) {
    const claim = await readClaim(runDirectoryOf(home, id));
    if (claim.kind === 'absent') named ??= new Set(await createRunLeftovers(home).withProcesses());
    if (!(claim.kind === 'absent' ? named?.has(id) : await isLive(home, id, claim))) continue;
    const request = await readRequest(runDirectoryOf(home, id));
    live.push({ id, workspacePath: request.kind === 'read' ? request.value.workspacePath : null });
  }
  return live;
}

type Claim = Exclude<Awaited<ReturnType<typeof readClaim>>, { readonly kind: 'absent' }>;

async function isLive(home: string, id: RunId, claim: Claim): Promise<boolean> {
  const directory = runDirectoryOf(home, id);
  if (claim.kind === 'problem' || (await livenessOf(claim.value)) !== 'dead') return true;
  const status = await readStatus(directory);
  if (status.kind === 'read' && status.value.state === 'ended') return false;
  // The host is gone without a word: its agent may go on.
  return (await runProcesses(directory, status.kind === 'read' ? status.value.agent : null)).length > 0;
}
