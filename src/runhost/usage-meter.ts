import { statfsSync } from 'node:fs';

import type { ProcessIdentity, RunLimits } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import { deletedFilesMiB } from './deleted-files.ts';
import { diskUsage } from './disk-usage.ts';
import { createProcessTree } from './process-tree.ts';
import { readSmallFile } from './small-file.ts';

const TREE_MS = 5000; // a look at all processes of the machine takes some milliseconds
const DISK_MS = 30_000; // a look at a large workspace takes seconds
const REST_TREE = 20; // how many times as long as a look took there is none, unless something rises
const REST_DISK = 10;
const HIDDEN_LOOKS_MAX = 3; // a test of permissions hides a directory for a moment, and not for a minute
const TASKS_RISE = 50; // more than a build starts at once in most cases; a false alarm costs one look
const RISE_SHARE = 8; // memory or disk: an eighth of what is allowed

/** What an agent held when it was last looked at; null before the first look, or when nobody can tell. */
export type Usage = {
  readonly memoryMiB: number | null;
  readonly processes: number | null;
  readonly diskMiB: number | null;
  /** For some looks in a row, part of the workspace was hidden from them. */
  readonly isDiskHidden: boolean;
};

/** What cannot be measured yet. */
export const unmeasured: Usage = { memoryMiB: null, processes: null, diskMiB: null, isDiskHidden: false };

type Metered = {
  readonly agent: ProcessIdentity;
  /** What every process of the run carries (`run-processes.ts`). */
  readonly mark: string;
  readonly workspacePath: string;
  readonly limits: Pick<RunLimits, 'memoryMiBMax' | 'diskMiBMax'>;
  /** Milliseconds that never jump. */
  readonly elapsed: Clock;
};

/** What the whole machine shows at hardly any cost. */
type Machine = { readonly tasks: number; readonly availableMiB: number; readonly freeDiskMiB: number };

/**
 * Measures an agent's processes and its workspace from time to time, and sooner when the machine as a whole shows that
 * something rises: so a bomb is seen within a look, and a quiet run costs next to nothing. Looks never take more than half
 * of the time.
 */
export function createUsageMeter({ agent, mark, workspacePath, limits, elapsed }: Metered) {
  const tree = createProcessTree(agent, mark);
  let usage = unmeasured;
  let hiddenLooks = 0;
  let treeSeen = { machine: emptyMachine, dueAt: 0, soonestAt: 0 };
  let diskSeen = { machine: emptyMachine, dueAt: 0, soonestAt: 0 };
  let isWalking = false;

  const lookAtTree = (machine: Machine, now: number): void => {
    usage = { ...usage, ...tree.look(limits.memoryMiBMax) };
    treeSeen = { machine, ...pausesAfter(elapsed() - now, elapsed(), { everyMs: TREE_MS, rest: REST_TREE }) };
  };
  const lookAtDisk = async (machine: Machine, now: number): Promise<void> => {
    isWalking = true;
    const { mebibytes: diskMiB, isWhole } = await diskUsage(workspacePath);
    hiddenLooks = isWhole ? 0 : hiddenLooks + 1;
    // Whose files these are: what fills a disk at once may do so before its processes are due to be looked at again.
    lookAtTree(readMachine(workspacePath), elapsed());
    const deletedMiB = await deletedFilesMiB(tree.pids(), workspacePath);
    usage = {
      ...usage,
      diskMiB: diskMiB === null ? usage.diskMiB : diskMiB + deletedMiB,
      isDiskHidden: hiddenLooks >= HIDDEN_LOOKS_MAX,
    };
    diskSeen = { machine, ...pausesAfter(elapsed() - now, elapsed(), { everyMs: DISK_MS, rest: REST_DISK }) };
    isWalking = false;
  };

  return {
    /** Takes a look where one is due, and gives the latest of each kind. A look at the disk goes on by itself. */
    look(): Usage {
      const now = elapsed();
      const machine = readMachine(workspacePath);
      const hasTreeRisen =
        machine.tasks - treeSeen.machine.tasks >= TASKS_RISE ||
        treeSeen.machine.availableMiB - machine.availableMiB >= limits.memoryMiBMax / RISE_SHARE;
      if (now >= treeSeen.dueAt || (hasTreeRisen && now >= treeSeen.soonestAt)) lookAtTree(machine, now);
      const hasDiskRisen = diskSeen.machine.freeDiskMiB - machine.freeDiskMiB >= limits.diskMiBMax / RISE_SHARE;
      if (!isWalking && (now >= diskSeen.dueAt || (hasDiskRisen && now >= diskSeen.soonestAt))) {
        void lookAtDisk(machine, now);
      }
      return usage;
    },
  };
}

const emptyMachine: Machine = { tasks: 0, availableMiB: 0, freeDiskMiB: 0 };

function pausesAfter(tookMs: number, now: number, { everyMs, rest }: { everyMs: number; rest: number }) {
  return { dueAt: now + Math.max(everyMs, tookMs * rest), soonestAt: now + tookMs };
}

function readMachine(workspacePath: string): Machine {
  const tasks = /\d+\/(\d+)/.exec(readSmallFile('/proc/loadavg') ?? '')?.[1];
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readSmallFile('/proc/meminfo') ?? '')?.[1];
  return {
    tasks: Number(tasks ?? 0),
    availableMiB: Number(available ?? 0) / 1024,
    freeDiskMiB: freeDiskMiB(workspacePath),
  };
}

function freeDiskMiB(path: string): number {
  try {
    const { bfree, bsize } = statfsSync(path);
    return (bfree * bsize) / (1024 * 1024);
  } catch {
    return 0; // the regular looks go on
  }
}
