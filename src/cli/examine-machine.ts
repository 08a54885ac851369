import { readFile, statfs } from 'node:fs/promises';

import type { Check } from './check.ts';

// What the machine can do for the sandbox, and what else a run needs of it.

/** What the kernel lets users make; null where it does not say. */
export type NamespaceFacts = {
  readonly isRoot: boolean;
  readonly userNamespacesMax: number | null;
  /** Debian's switch: 0 forbids them to everybody but root. */
  readonly unprivileged: number | null;
  /** Ubuntu's: 1 forbids what is done in them to every program without a profile. */
  readonly apparmorRestricts: number | null;
};

const DISK_COMFORTABLE_BYTES = 5_000_000_000; // some clones, their dependencies, and a month of deliveries

/** Reads what the kernel says of namespaces. */
export async function readNamespaceFacts(): Promise<NamespaceFacts> {
  return {
    isRoot: process.getuid?.() === 0,
    userNamespacesMax: await numberIn('/proc/sys/user/max_user_namespaces'),
    unprivileged: await numberIn('/proc/sys/kernel/unprivileged_userns_clone'),
    apparmorRestricts: await numberIn('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
  };
}

/** Whether users may make namespaces, which bubblewrap needs unless the server is root. `works`: bubblewrap was seen to work. */
export function judgeNamespaces(facts: NamespaceFacts, works: boolean): Check {
  const name = 'user namespaces';
  if (works) return { name, verdict: 'ok', says: 'bubblewrap can make what it needs' };
  const mend = mendOf(facts);
  if (mend !== null) return { name, verdict: 'warn', says: mend };
  const says = facts.isRoot
    ? 'nothing in the kernel forbids them; in a container, allow it to make namespaces (docs/sandbox.md says how)'
    : 'nothing in the kernel forbids them';
  return { name, verdict: 'ok', says };
}

function mendOf({ userNamespacesMax, unprivileged, apparmorRestricts, isRoot }: NamespaceFacts): string | null {
  if (userNamespacesMax === 0) return 'forbidden; run `sysctl -w user.max_user_namespaces=15000`';
  if (isRoot) return null;
  if (unprivileged === 0) return 'forbidden to users; run `sysctl -w kernel.unprivileged_userns_clone=1`';
  if (apparmorRestricts === 1) {
    return 'held back by AppArmor; give bwrap a profile that allows userns, or run `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`';
  }
  return null;
}

/** What agents can reach. `canLimit`: a network namespace was made; `sandbox` is the one in use, `wanted` REEVE_NETWORK. */
export function judgeNetwork(canLimit: boolean, sandbox: string, wanted = 'auto'): Check {
  const name = 'network';
  const isKept = canLimit && sandbox === 'bwrap';
  const why = canLimit ? `the sandbox ${sandbox} cannot limit it` : 'bubblewrap can make no network of its own here';
  if (wanted === 'open') {
    const says = 'open, as REEVE_NETWORK asks: agents can reach all that this machine can, and its own services';
    return { name, verdict: 'warn', says };
  }
  if (isKept) {
    const what = { auto: 'the usual model APIs and registries', none: 'nothing' }[wanted] ?? 'what REEVE_NETWORK lists';
    return { name, verdict: 'ok', says: `agents reach ${what}, by way of a proxy` };
  }
  if (wanted === 'auto') {
    const says = `open, because ${why}: agents can reach all that this machine can; make bubblewrap work to limit it, or set REEVE_NETWORK=open if you accept that`;
    return { name, verdict: 'warn', says };
  }
  const says = `REEVE_NETWORK limits it, but ${why}; make bubblewrap work, or set REEVE_NETWORK=open`;
  return { name, verdict: 'mend', says };
}

/** tmux is needed only where it is asked for. */
export function judgeTmux(said: string | null, runtime = 'detached'): Check {
  const name = 'tmux';
  if (said !== null) return { name, verdict: 'ok', says: said.trim() };
  return runtime === 'tmux'
    ? {
        name,
        verdict: 'warn',
        says: 'not found, so runs have no terminals; install tmux, or set REEVE_RUNTIME=detached',
      }
    : { name, verdict: 'ok', says: 'not found; only REEVE_RUNTIME=tmux needs it' };
}

/** `controllers`: what the root of cgroup v2 offers, or null where there is none. */
export function judgeCgroups(controllers: string | null): Check {
  const name = 'cgroup v2';
  const says =
    controllers === null ? 'not mounted; not needed: a run host counts by itself' : controllers.trim() || 'mounted';
  return { name, verdict: 'ok', says };
}

export function judgeDisk(freeBytes: number, leastBytes: number, path: string): Check {
  const name = 'disk';
  const says = `${(freeBytes / 1e9).toFixed(1)} GB free at ${path}`;
  if (freeBytes < leastBytes) {
    const least = `${(leastBytes / 1e9).toFixed(1)} GB`;
    return {
      name,
      verdict: 'mend',
      says: `${says}; below ${least} no delivery is taken: make room, or lower REEVE_DISK_FREE_MB`,
    };
  }
  return freeBytes < DISK_COMFORTABLE_BYTES
    ? { name, verdict: 'warn', says: `${says}; that is soon full: make room` }
    : { name, verdict: 'ok', says };
}

/** What is free for us on the disk of this directory, in bytes. */
export async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** The text of a small file of the kernel; null where there is none. */
export async function textIn(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

async function numberIn(path: string): Promise<number | null> {
  const text = (await textIn(path))?.trim();
  return text === undefined || !/^\d+$/.test(text) ? null : Number(text);
}
