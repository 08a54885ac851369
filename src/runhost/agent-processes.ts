import type { ProcessIdentity, Sandbox } from '../domain/run/run.ts';
import { wrapperGenerations } from '../domain/run/sandbox.ts';
import { endProcesses } from '../lib/end-processes.ts';
import { descendantsOf, signalProcess } from '../lib/process-table.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { runProcesses } from '../runs/run-directory/run-processes.ts';

/** The processes of one run. */
export type Target = {
  readonly directory: RunDirectory;
  readonly agent: ProcessIdentity | null;
  readonly sandbox: Sandbox;
};

/** Asks every process of the agent to end (SIGTERM). The sandbox itself is left alone, since it would take all with it. */
export async function askToEnd({ directory, agent, sandbox }: Target): Promise<void> {
  const wrappers = agent === null ? [] : await wrapperPids(agent, sandbox);
  const processes = await runProcesses(directory, agent);
  await Promise.all(
    processes.filter(({ pid }) => !wrappers.includes(pid)).map((identity) => signalProcess(identity, 'SIGTERM')),
  );
}

/** Kills every process of the agent, and looks until none is left. Gives how many could not be killed. */
export async function killAll({ directory, agent }: Target): Promise<number> {
  // The process we started goes first: with it dies its namespace, unless the agent has tampered with that.
  return (await endProcesses(() => runProcesses(directory, agent), agent)).length;
}

async function wrapperPids(agent: ProcessIdentity, sandbox: Sandbox): Promise<number[]> {
  const count = wrapperGenerations(sandbox);
  const generations = [[agent], ...(await descendantsOf(agent.pid))];
  return generations.slice(0, count).flatMap((generation) => generation.map(({ pid }) => pid));
}
