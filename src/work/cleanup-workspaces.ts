import { sep } from 'node:path';

import { sessionId } from '../domain/ids.ts';
import type { Session, StateName } from '../domain/session/session.ts';
import type { WorkFound, WorkspaceFacts } from '../domain/workspace/facts.ts';
import { judgeCleanup, type CleanupAsker, type CleanupVerdict } from '../domain/workspace/judge-cleanup.ts';
import { LeaseLostError, messageOf, UserError } from '../lib/errors.ts';
import type { LiveRun } from '../runs/live-runs.ts';
import type { WorkspaceEntry } from '../runs/workspaces/workspace.ts';
import type { Ports } from './ports.ts';
import { preserveWork, workRequest } from './preserve-work.ts';

export type CleanupPorts = Pick<Ports, 'workspaces' | 'openMirror' | 'now' | 'log'> & {
  readonly store: { readonly sessions: Pick<Ports['store']['sessions'], 'get'> };
  readonly runs: Pick<Ports['runs'], 'live'>;
};

export type CleanupOptions = {
  readonly asker: CleanupAsker;
  readonly isDiskShort: boolean;
  /** Says what would be done, and does nothing. */
  readonly isDryRun: boolean;
};

/** What became of one entry; `missing` when somebody else removed it first. */
export type CleanupOutcome = 'removed' | 'preserved-and-removed' | 'kept' | 'missing' | 'failed';

export type CleanedWorkspace = {
  readonly name: string;
  readonly path: string;
  /** Of its session; null when none is known. */
  readonly state: StateName | null;
  readonly act: 'remove' | 'preserve-and-remove' | 'keep';
  /** Why; sentences. What went wrong comes last. */
  readonly reasons: readonly string[];
  /** Null in a dry run. */
  readonly outcome: CleanupOutcome | null;
};

export type CleanupReport = {
  readonly isDryRun: boolean;
  readonly workspaces: readonly CleanedWorkspace[];
  /** How many ended in each way: what was done, not what was tried. All 0 in a dry run. */
  readonly counts: Readonly<Record<CleanupOutcome, number>>;
};

/**
 * Judges every workspace of the home, and removes those that may go. Each is looked at and done before the next one, so that
 * what a dry run lists is what would be done at that moment. Safe to repeat, and beside a running server: it touches only
 * what belongs to sessions that are settled.
 */
export async function cleanUpWorkspaces(ports: CleanupPorts, options: CleanupOptions): Promise<CleanupReport> {
  const entries = [...(await ports.workspaces.entries())].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const strangers = await ports.runs.live();
  const workspaces: CleanedWorkspace[] = [];
  for (const entry of entries) {
    const cleaned = await cleanUpOne(ports, { entry, strangers }, options).catch((error: unknown) =>
      keptBecause(entry, error, options),
    );
    workspaces.push(cleaned);
  }
  const counts = { removed: 0, 'preserved-and-removed': 0, kept: 0, missing: 0, failed: 0 };
  for (const { outcome } of workspaces) if (outcome !== null) counts[outcome] += 1;
  return { isDryRun: options.isDryRun, workspaces, counts };
}

/** What cannot be looked at stays, and holds up no other. */
function keptBecause({ name, path }: WorkspaceEntry, error: unknown, { isDryRun }: CleanupOptions): CleanedWorkspace {
  if (error instanceof LeaseLostError) throw error;
  const reasons = [messageOf(error)];
  return { name, path, state: null, act: 'keep', reasons, outcome: isDryRun ? null : 'failed' };
}

/**
 * Cleans up after one session that has ended, whose agent must be gone. A locked workspace stays, and so does what is not
 * there. Throws when anything else keeps it from going. Safe to repeat.
 */
export async function cleanUpAfter(ports: CleanupPorts, session: Session): Promise<void> {
  const entry = (await ports.workspaces.entries()).find(({ name }) => name === session.id);
  if (!entry) return;
  if (entry.kind !== 'workspace') return ports.workspaces.remove(session.id); // a link in its place: it goes, and nothing else
  const options = { asker: 'settlement', isDiskShort: false, isDryRun: false } as const;
  const settling = { ...ports, runs: { live: async () => [] } }; // whoever calls has stopped its agent
  const { outcome, reasons } = await cleanUpOne(settling, { entry, strangers: [] }, options);
  if (outcome === 'removed' || outcome === 'preserved-and-removed' || outcome === 'missing') return;
  if ((await ports.workspaces.lockOf(session.id)) === null) throw new Error(reasons.join(' '));
  ports.log.info({ session: session.id }, 'The workspace is locked and stays.');
}

type Seen = {
  readonly entry: WorkspaceEntry;
  /** Live runs of any session: those of its own are looked at anew. */
  readonly strangers: readonly LiveRun[];
};

async function cleanUpOne(
  ports: CleanupPorts,
  { entry, strangers }: Seen,
  options: CleanupOptions,
): Promise<CleanedWorkspace> {
  const { name, path } = entry;
  const session = entry.kind === 'workspace' ? await ports.store.sessions.get(sessionId(name)) : null;
  const facts = await factsOf(ports, { entry, strangers }, session);
  const first = judgeCleanup(facts, options);
  const verdict =
    first.act === 'look' ? judgeCleanup({ ...facts, work: await lookAtWork(ports, name, session) }, options) : first;
  if (verdict.act === 'look') throw new Error('A workspace was looked at and cannot be judged.');
  const judged = { name, path, state: session?.state ?? null, act: verdict.act, reasons: reasonsOf(verdict) };
  if (options.isDryRun) return { ...judged, outcome: null };
  if (verdict.act === 'keep') return { ...judged, outcome: 'kept' };
  if (!(await ports.workspaces.entries()).some((one) => one.name === name)) return { ...judged, outcome: 'missing' };
  try {
    if (verdict.act === 'preserve-and-remove') await preserveWork(ports, ownerOf(name, session));
    await (entry.kind === 'draft' ? ports.workspaces.removeDraft(name) : ports.workspaces.remove(sessionId(name)));
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    ports.log.warn({ workspace: name, err: error }, 'A workspace could not be cleaned up.');
    return { ...judged, reasons: [...judged.reasons, messageOf(error)], outcome: 'failed' };
  }
  return { ...judged, outcome: verdict.act === 'remove' ? 'removed' : 'preserved-and-removed' };
}

async function factsOf(
  ports: CleanupPorts,
  { entry, strangers }: Seen,
  owner: Session | null,
): Promise<WorkspaceFacts> {
  const { name, path, kind, changedAt } = entry;
  const own = kind === 'workspace' ? await ports.runs.live(sessionId(name)) : [];
  const users = strangers.filter(
    ({ workspacePath }) => workspacePath === path || workspacePath?.startsWith(path + sep),
  );
  return {
    ...{ kind, owner, work: null, ageMs: Math.max(0, ports.now() - changedAt) },
    usedBy: [...new Set([...own, ...users].map(({ id }) => id))],
    lock: kind === 'workspace' ? await ports.workspaces.lockOf(sessionId(name)) : null,
  };
}

/** A look that fails keeps the workspace. */
async function lookAtWork(ports: CleanupPorts, name: string, session: Session | null): Promise<WorkFound> {
  try {
    const owner = ownerOf(name, session);
    const mirror = await ports.openMirror(owner.repositoryId);
    return await mirror.workOf(workRequest(ports.workspaces, owner));
  } catch (error) {
    return { kind: 'unreadable', detail: messageOf(error) };
  }
}

/** Of a session that is not known any more its name still tells the repository. */
function ownerOf(name: string, session: Session | null): Pick<Session, 'id' | 'pull' | 'repositoryId'> {
  if (session) return session;
  const repositoryId = Number(/^(\d+)-\d+-\d+$/.exec(name)?.[1]);
  if (!Number.isSafeInteger(repositoryId)) throw new UserError('not-found', 'Its name is not that of a session.');
  return { id: sessionId(name), pull: null, repositoryId };
}

function reasonsOf(verdict: Exclude<CleanupVerdict, { act: 'look' }>): readonly string[] {
  return verdict.act === 'keep' ? verdict.reasons : [verdict.why];
}
