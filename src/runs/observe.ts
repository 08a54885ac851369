import { stat } from 'node:fs/promises';

import type { RunId } from '../domain/ids.ts';
import type { Liveness, RunFacts } from '../domain/run/facts.ts';
import type { ProcessIdentity, RunRequest, RunStatus } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import { livenessOf, readBootId } from '../lib/process-table.ts';
import { runDirectoryOf, type RunDirectory } from './run-directory.ts';
import { readClaim } from './run-directory/claim.ts';
import { readEvents } from './run-directory/events.ts';
import { readLock } from './run-directory/host-lock.ts';
import { readRequest } from './run-directory/request.ts';
import type { Reading } from './run-directory/safe-read.ts';
import { readHeartbeat, readStatus, withHeartbeat } from './run-directory/status.ts';
import { isStopRequested } from './run-directory/stop-file.ts';

const RUNS_REMEMBERED_MAX = 200; // twice the slots that a machine can have
const SETTLED_MS = 1000; // a file system tells time in ticks: what changed just now may change again within the same one

/** What the files of a run say. */
type Files = {
  readonly lock: Reading<ProcessIdentity>;
  readonly claim: Reading<ProcessIdentity>;
  readonly status: Reading<RunStatus>;
  readonly request: Reading<RunRequest>;
  readonly events: Awaited<ReturnType<typeof readEvents>>;
  readonly isStopRequested: boolean;
};

/**
 * Looks at runs again and again, as the loops do: what has not changed since the last look is not read again. A look writes
 * nothing and never throws for what it finds: what cannot be read is a problem in the facts.
 */
export function createObserver(home: string, now: Clock): (runId: RunId) => Promise<RunFacts> {
  const remembered = new Map<RunId, { readonly mark: string; readonly files: Files }>();
  const remember = (runId: RunId, seen: { readonly mark: string; readonly files: Files }): void => {
    remembered.set(runId, seen);
    const [oldest] = remembered.keys();
    if (remembered.size > RUNS_REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
  };
  return async (runId) => {
    const directory = runDirectoryOf(home, runId);
    const earlier = remembered.get(runId);
    if (earlier !== undefined) {
      const host = await livenessOfHost(earlier.files.claim);
      const heartbeatAt = await readHeartbeat(directory);
      if ((await markOf(directory, now)) === earlier.mark) return factsOf(beating(earlier.files, heartbeatAt), host);
      remembered.delete(runId);
    }
    const mark = await markOf(directory, now); // before the files are read: what changes meanwhile is seen by the next look
    const { host, files } = await readFiles(directory);
    if (mark !== null) remember(runId, { mark, files });
    return factsOf(files, host);
  };
}

/** A run as it is now, for who looks once. */
export function observeRun(home: string, runId: RunId): Promise<RunFacts> {
  return readFiles(runDirectoryOf(home, runId)).then(({ host, files }) => factsOf(files, host));
}

/**
 * What differs once a file of the run does: each but the events is made or replaced under its name, which the directory's
 * time tells. Null when it cannot be known, or changed so lately that it may change again unseen.
 */
async function markOf(directory: RunDirectory, now: Clock): Promise<string | null> {
  try {
    const [names, events] = await Promise.all([stat(directory.path), stat(directory.events)]);
    const changedAt = Math.max(names.mtimeMs, events.mtimeMs);
    return now() < changedAt + SETTLED_MS ? null : `${names.mtimeMs} ${events.mtimeMs} ${events.size}`;
  } catch {
    return null;
  }
}

function beating(files: Files, at: number | null): Files {
  const { status } = files;
  return status.kind === 'read'
    ? { ...files, status: { kind: 'read', value: withHeartbeat(status.value, at) } }
    : files;
}

/** The host is looked at before its status: so if it was dead, the status is its last. */
async function readFiles(directory: RunDirectory): Promise<{ readonly host: Liveness | null; readonly files: Files }> {
  const lock = await readLock(directory);
  const claim = lock.kind === 'problem' ? await readClaim(directory) : lock;
  const host = await livenessOfHost(claim);
  const status = await readStatus(directory);
  const request = await readRequest(directory);
  const events = await readEvents(directory);
  return { host, files: { lock, claim, status, request, events, isStopRequested: await isStopRequested(directory) } };
}

async function livenessOfHost(claim: Reading<ProcessIdentity>): Promise<Liveness | null> {
  if (claim.kind === 'read') return livenessOf(claim.value);
  return claim.kind === 'problem' ? 'unknown' : null;
}

async function factsOf(files: Files, host: Liveness | null): Promise<RunFacts> {
  const { lock, claim, status, request, events, isStopRequested } = files;
  const agent = status.kind === 'read' ? status.value.agent : null;
  return {
    request: valueOf(request),
    lock: valueOf(claim),
    host,
    isOtherBoot: claim.kind === 'read' && (await isOfOtherBoot(claim.value)),
    agent: agent === null ? null : await livenessOf(agent),
    status: valueOf(status),
    outputs: events.events.flatMap((event) => (event.kind === 'output' ? [event.output] : [])),
    messages: new Map(events.events.flatMap((event) => (event.kind === 'message' ? [[event.id, event.outcome]] : []))),
    isStopRequested,
    problems: [problemOf(lock), problemOf(status), problemOf(request), events.problem].filter((text) => text !== null),
  };
}

/** False when this boot's name cannot be read: then nothing is known. */
async function isOfOtherBoot({ bootId }: ProcessIdentity): Promise<boolean> {
  try {
    return bootId !== (await readBootId());
  } catch {
    return false;
  }
}

function valueOf<Value>(reading: Reading<Value>): Value | null {
  return reading.kind === 'read' ? reading.value : null;
}

function problemOf(reading: Reading<unknown>): string | null {
  return reading.kind === 'problem' ? reading.problem : null;
}
