import type { RunId } from '../domain/ids.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import type { ProcessIdentity } from '../domain/run/run.ts';
import { livenessOf, readBootId } from '../lib/process-table.ts';
import { runDirectoryOf } from './run-directory.ts';
import { readClaim } from './run-directory/claim.ts';
import { readEvents } from './run-directory/events.ts';
import { readLock } from './run-directory/host-lock.ts';
import { readRequest } from './run-directory/request.ts';
import type { Reading } from './run-directory/safe-read.ts';
import { readStatus } from './run-directory/status.ts';
import { isStopRequested } from './run-directory/stop-file.ts';

/**
 * A run as it is now. Writes nothing and never throws for what it finds: what cannot be read is a problem in the facts.
 * The host is looked at before its status: so if it was dead, the status is its last.
 */
export async function observeRun(home: string, runId: RunId): Promise<RunFacts> {
  const directory = runDirectoryOf(home, runId);
  const lock = await readLock(directory);
  const claim = lock.kind === 'problem' ? await readClaim(directory) : lock;
  const host = claim.kind === 'read' ? await livenessOf(claim.value) : claim.kind === 'problem' ? 'unknown' : null;
  const status = await readStatus(directory);
  const agent = status.kind === 'read' ? status.value.agent : null;
  const agentLiveness = agent === null ? null : await livenessOf(agent);
  const request = await readRequest(directory);
  const { events, problem } = await readEvents(directory);
  return {
    request: valueOf(request),
    lock: valueOf(claim),
    host,
    isOtherBoot: claim.kind === 'read' && (await isOfOtherBoot(claim.value)),
    agent: agentLiveness,
    status: valueOf(status),
    outputs: events.flatMap((event) => (event.kind === 'output' ? [event.output] : [])),
    isStopRequested: await isStopRequested(directory),
    problems: [problemOf(lock), problemOf(status), problemOf(request), problem].filter((text) => text !== null),
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
