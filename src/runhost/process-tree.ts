import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import type { ProcessIdentity } from '../domain/run/run.ts';
import { RUN_VARIABLE } from '../runs/run-directory/run-processes.ts';
import { readSmallFile } from './small-file.ts';

const EXACT_PROCESSES_MAX = 512; // an exact look at one takes up to some milliseconds
const KIB_A_MIB = 1024;
const OOM_SCORE = '500\n'; // of 1000: what uses a little there goes before what uses half of the machine's memory elsewhere

/** What an agent's processes hold at one instant. */
export type TreeUsage = { readonly processes: number; readonly memoryMiB: number };

type ProcessRecord = {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  readonly startTime: string;
  readonly residentKiB: number;
};

/**
 * Follows the processes of one agent from look to look: its first process, whatever descends from one that was seen, is in
 * its session, or carries the run's mark. One that was seen once stays known, wherever its parents went.
 */
export function createProcessTree(agent: ProcessIdentity, mark: string) {
  const wanted = `\0${RUN_VARIABLE}=${mark}\0`;
  const pageKiB = pageSizeKiB();
  let ours = new Map([[agent.pid, agent.startTime]]);
  let strangers = new Map<number, string>();
  let isFirst = true;

  /** A process older than the agent is none of it, and of the others the environment is read once. */
  const isMarked = ({ pid, startTime }: ProcessRecord): boolean =>
    Number(startTime) >= Number(agent.startTime) && strangers.get(pid) !== startTime && hasInEnvironment(pid, wanted);

  return {
    /** Those of the last look. */
    pids: (): readonly number[] => [...ours.keys()],
    /** Resident memory, which counts shared pages for each process; those are counted once when it is over `exactAboveMiB`. */
    look(exactAboveMiB: number): TreeUsage {
      const all = readProcesses(pageKiB);
      const roots = all.filter(
        (record) =>
          ours.get(record.pid) === record.startTime ||
          record.groupId === agent.pid ||
          record.sessionId === agent.pid ||
          isMarked(record),
      );
      const tree = withDescendants(roots, all);
      ours = new Map([...tree.values()].map(({ pid, startTime }) => [pid, startTime]));
      strangers = new Map(all.filter(({ pid }) => !tree.has(pid)).map(({ pid, startTime }) => [pid, startTime]));
      const records = [...tree.values()];
      if (isFirst) records.forEach(goFirst); // what they start later inherits it
      isFirst = false;
      const residentMiB = mebibytes(records.map((record) => record.residentKiB));
      const memoryMiB = residentMiB > exactAboveMiB ? mebibytes(exactKiB(records)) : residentMiB;
      return { processes: records.length, memoryMiB };
    },
  };
}

function withDescendants(roots: readonly ProcessRecord[], all: readonly ProcessRecord[]): Map<number, ProcessRecord> {
  const children = new Map<number, ProcessRecord[]>();
  for (const record of all) {
    const siblings = children.get(record.parentPid);
    if (siblings === undefined) children.set(record.parentPid, [record]);
    else siblings.push(record);
  }
  const tree = new Map<number, ProcessRecord>();
  const waiting = [...roots];
  for (let record = waiting.pop(); record !== undefined; record = waiting.pop()) {
    if (tree.has(record.pid)) continue;
    tree.set(record.pid, record);
    waiting.push(...(children.get(record.pid) ?? []));
  }
  tree.delete(process.pid);
  return tree;
}

function readProcesses(pageKiB: number): ProcessRecord[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = readSmallFile(`/proc/${pid}/stat`);
    if (stat === null) return [];
    // The program's name stands in parentheses and may hold anything: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [
      {
        pid: Number(pid),
        parentPid: Number(fields[1]),
        groupId: Number(fields[2]),
        sessionId: Number(fields[3]),
        startTime: fields[19] ?? '', // field 22 of the line
        residentKiB: Number(fields[21]) * pageKiB,
      },
    ];
  });
}

/** The largest ones exactly, each with its share of what it shares. */
function exactKiB(records: readonly ProcessRecord[]): number[] {
  return records
    .toSorted((one, other) => other.residentKiB - one.residentKiB)
    .map(({ pid, residentKiB }, index) => {
      const rollup = index < EXACT_PROCESSES_MAX ? readSmallFile(`/proc/${pid}/smaps_rollup`) : null;
      const share = rollup === null ? null : /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
      return share ? Number(share) : residentKiB;
    });
}

/** Should the machine run out of memory, the kernel is to end an agent, and neither the server nor a run host. */
function goFirst({ pid }: ProcessRecord): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE);
  } catch {
    // gone, or in a container that forbids it; the limit on memory holds all the same
  }
}

function hasInEnvironment(pid: number, wanted: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(wanted);
  } catch {
    return false; // gone, or somebody else's
  }
}

function mebibytes(kibibytes: readonly number[]): number {
  return Math.ceil(kibibytes.reduce((sum, one) => sum + one, 0) / KIB_A_MIB);
}

function pageSizeKiB(): number {
  return Number(/^KernelPageSize:\s+(\d+) kB$/m.exec(readSmallFile('/proc/self/smaps') ?? '')?.[1] ?? 4);
}
