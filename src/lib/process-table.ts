import { readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';

const READS_AT_ONCE = 8; // twice the threads that read; an agent can give each of its processes megabytes to be read

/** Identity of a process: a pid alone is reused, this is not. */
type Identity = { readonly pid: number; readonly startTime: string; readonly bootId: string };

type ProcessRecord = Identity & { readonly parentPid: number; readonly groupId: number };

/** The identity of a running process, or null when there is none (a zombie has ended). Throws when it cannot be known. */
export async function identityOf(pid: number): Promise<Identity | null> {
  const bootId = await readBootId();
  const record = await readProcess(pid, bootId);
  return record && { pid: record.pid, startTime: record.startTime, bootId };
}

/** Whether exactly this process runs. `unknown` when the look failed. */
export async function livenessOf(identity: Identity): Promise<'alive' | 'dead' | 'unknown'> {
  try {
    const current = await identityOf(identity.pid);
    return current && isSame(current, identity) ? 'alive' : 'dead';
  } catch {
    return 'unknown'; // the caller decides what an unanswered question means
  }
}

/** False when no process has this pid. One that has it may be another, or have ended without being waited for. */
export function mayLive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !hasCode(error, 'ESRCH'); // one that runs as somebody else is there
  }
}

/** Signals exactly this process. False when it is gone, or runs as somebody else (a setuid program) and may not be. */
export async function signalProcess(identity: Identity, signal: NodeJS.Signals): Promise<boolean> {
  if ((await livenessOf(identity)) === 'dead') return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (hasCode(error, 'ESRCH') || hasCode(error, 'EPERM')) return false;
    throw error;
  }
}

/** Every running process whose environment, as it was started, holds `NAME=value`. Those we may not read are not ours. */
export async function processesWithVariable(name: string, value: string): Promise<Identity[]> {
  const wanted = `\0${name}=${value}\0`;
  return gather(await listProcesses(), async (record) =>
    (await environmentOf(record.pid)).includes(wanted) ? record : null,
  );
}

/**
 * What `find` finds in what each running process was started with: its arguments and its environment, apart by NUL. A text
 * may be megabytes long and belong to hundreds of processes, so none is kept. Those we may not read are left out.
 */
export async function findInStartTexts<Found>(find: (text: string) => readonly Found[]): Promise<Found[]> {
  const found = await gather(await listProcesses(), async ({ pid }) => {
    const command = await readUnlessGone(`/proc/${pid}/cmdline`);
    return command === null ? null : find(`${command}\0${await environmentOf(pid)}\0`);
  });
  return found.flat();
}

/** The running descendants of a process by generation: its children first. */
export async function descendantsOf(pid: number): Promise<Identity[][]> {
  const all = await listProcesses();
  const generations: ProcessRecord[][] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const generation = all.filter((record) => parents.has(record.parentPid));
    if (generation.length > 0) generations.push(generation);
    parents = new Set(generation.map((record) => record.pid));
  }
  return generations;
}

/** The running members of a process group. */
export async function processesInGroup(groupId: number): Promise<Identity[]> {
  return (await listProcesses()).filter((record) => record.groupId === groupId);
}

function isSame(one: Identity, other: Identity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime && one.bootId === other.bootId;
}

async function listProcesses(): Promise<ProcessRecord[]> {
  const bootId = await readBootId();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return gather(pids, (pid) => readProcess(pid, bootId));
}

/** Reads some at a time: an agent can have more processes than we can have open files. */
async function gather<Item, Found>(
  items: readonly Item[],
  read: (item: Item) => Promise<Found | null>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let from = 0; from < items.length; from += READS_AT_ONCE) {
    const batch = await Promise.all(items.slice(from, from + READS_AT_ONCE).map(read));
    found.push(...batch.filter((one) => one !== null));
  }
  return found;
}

/** The kernel's name of this start of the machine, which no process outlives. Throws when it cannot be known. */
export async function readBootId(): Promise<string> {
  boot.id ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot.id;
}
const boot: { id: string | null } = { id: null };

async function readProcess(pid: number, bootId: string): Promise<ProcessRecord | null> {
  const stat = readStat(pid);
  if (stat === null) return null;
  // The program's name stands in parentheses and may hold spaces and parentheses itself: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parentPid, groupId] = fields;
  const startTime = fields[19]; // field 22 of the line
  if (!state || !startTime) throw new Error(`/proc/${pid}/stat has an unknown form.`);
  if (state === 'Z' || state === 'X') return null;
  return { pid, startTime, bootId, parentPid: Number(parentPid), groupId: Number(groupId) };
}

/** At once: the kernel makes this file from what it knows, and a trip through the thread pool takes seven times as long. */
function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null;
    throw error;
  }
}

async function environmentOf(pid: number): Promise<string> {
  try {
    return `\0${(await readUnlessGone(`/proc/${pid}/environ`)) ?? ''}`;
  } catch (error) {
    if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM')) return '';
    throw error;
  }
}

async function readUnlessGone(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
