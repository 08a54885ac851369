import type { ProcessIdentity } from '../../domain/run/run.ts';
import { descendantsOf, livenessOf, processesInGroup, processesWithVariable } from '../../lib/process-table.ts';
import type { RunDirectory } from '../run-directory.ts';

/** Every process of a run carries it in its environment, the run host does not. A path, because ids repeat in other homes. */
export const RUN_VARIABLE = 'REEVE_OUTPUT';

/**
 * Every process that belongs to a run's agent: its first process, what descends from it or is in its group, and
 * whatever carries the run's own file in its environment, wherever it went.
 */
export async function runProcesses(directory: RunDirectory, agent: ProcessIdentity | null): Promise<ProcessIdentity[]> {
  const marked = await processesWithVariable(RUN_VARIABLE, directory.output);
  // A dead leader's pid, and so its group's number, may belong to strangers by now.
  const isAlive = agent !== null && (await livenessOf(agent)) === 'alive';
  const tree = isAlive
    ? [agent, ...(await descendantsOf(agent.pid)).flat(), ...(await processesInGroup(agent.pid))]
    : [];
  const byPid = new Map([...marked, ...tree].map((identity) => [identity.pid, identity]));
  byPid.delete(process.pid);
  return [...byPid.values()];
}
