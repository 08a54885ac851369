import { readFileSync } from 'node:fs';

const LOOK_MS = 20;
const KIB_A_MIB = 1024;

/** Watches the memory of a process: by how many MiB its resident set has been larger than now, at the most. */
export function watchMemory(pid: number | undefined): { readonly stop: () => number } {
  const before = residentKib(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, residentKib(pid))), LOOK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.max(0, Math.max(most, residentKib(pid)) - before) / KIB_A_MIB;
    },
  };
}

function residentKib(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
