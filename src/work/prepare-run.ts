import { join } from 'node:path';

import type { AgentOnCall } from '../domain/pool/choose-agent.ts';
import type { PromptNotes } from '../domain/prompt/notes.ts';
import { narrowPermissions } from '../domain/policy/narrow.ts';
import type { RunLimits, RunRequest } from '../domain/run/run.ts';
import { purposeOf } from '../domain/session/purpose.ts';
import { conversationWith, leaveIn, workedRuns } from '../domain/session/conversation.ts';
import type { Session } from '../domain/session/session.ts';
import { RefusedError } from '../github/errors.ts';
import { LeaseLostError, TransientError, UserError } from '../lib/errors.ts';
import { launchMishap } from '../render/mishap.ts';
import type { CommentFacts, RepositoryRef } from '../github/github.ts';
import type { Mirror } from '../runs/mirror.ts';
import { endWorkIn } from './close-place.ts';
import { whatFailureTells } from './look-at-place.ts';
import { makeRunPrompt } from './make-prompt.ts';
import { mayEnter } from './may-enter.ts';
import { moveSession } from './move-session.ts';
import { setupRequest } from './setup-request.ts';
import type { Ports } from './ports.ts';
import { readRepositoryConfig } from './read-repository-config.ts';

const LAUNCH_MS_MAX = 5_000; // a directory, a synced file and the start of a program
const FRESH_MS = 10_000; // what was read when the label came need not be read again; a run takes about as long to start

type Preparing = Extract<Session, { state: 'preparing' }>;

/**
 * Makes the workspace and launches the run. Safe to repeat, also after a crash between any two lines: an existing
 * workspace is kept as it is, and launching one run twice gives one agent. Once `signal` is aborted, as by a server that
 * stops, nothing is launched: the next start goes on from here.
 */
export async function prepareRun(ports: Ports, session: Preparing, signal?: AbortSignal): Promise<void> {
  const { runId } = session;
  try {
    const outcome = await launch(ports, session, signal);
    if (outcome === 'not-wanted') return;
  } catch (error) {
    if (signal?.aborted === true) throw error; // what the end of the server broke off was no fault of the run
    if (error instanceof LeaseLostError) throw error; // the run belongs to the next server
    const short = ports.capacity.shortageIn(error, ports.now());
    if (short === null)
      ports.log.warn({ session: session.id, run: runId, err: error }, 'The run could not be launched.');
    if (await hasPlaceClosed(ports, session, error)) return;
    // An earlier try may have started its host all the same. Nothing of it may work beside the next run.
    if ((await ports.runs.stop(runId, ports.now())) === 'stopping') return;
    await moveSession(ports, session.id, `launch:${runId}`, {
      kind: 'launch-failed',
      runId,
      detail: short?.sentence ?? launchMishap(error, runId),
      outageUntil: short?.until ?? (error instanceof TransientError ? error.retryAt : null),
      at: ports.now(),
    });
    return;
  }
  await moveSession(ports, session.id, `launch:${runId}`, { kind: 'run-launched', runId, at: ports.now() });
}

async function launch(ports: Ports, session: Preparing, signal?: AbortSignal): Promise<'launched' | 'not-wanted'> {
  const { runId } = session;
  const seen = await ports.runs.observe(runId);
  if (seen.isStopRequested) throw new Error('An earlier try to launch it failed half-way, and is being ended.');
  if (seen.lock !== null) return 'launched'; // before a crash that left us no time to say so
  if (ports.capacity.whyNot(ports.now()) !== null) return 'not-wanted'; // later: what a machine is short of, it may find again
  const host = ports.runs.prepareHost(runId, signal); // a program takes a while to start: meanwhile its workspace is made
  try {
    const made = await requestFor(ports, session);
    if (made === null) return 'not-wanted';
    const { request, notes } = made;
    if (notes) await tellNotes(ports, session, notes);
    if (!(await mayBegin(ports, session, signal))) return 'not-wanted';
    await host.launch(request);
  } finally {
    host.dismiss();
  }
  ports.capacity.launched();
  return 'launched';
}

/** Asked just before the launch. Throws when this server may not launch anything any more. */
async function mayBegin(ports: Ports, { id, runId }: Preparing, signal?: AbortSignal): Promise<boolean> {
  const latest = await ports.store.sessions.get(id);
  if (latest?.state !== 'preparing' || latest.runId !== runId || latest.pausedBy) return false; // meanwhile
  if (signal?.aborted === true) return false; // a server that stops starts no run
  await ports.mayWrite(LAUNCH_MS_MAX); // whoever lost the lease while it prepared launches nothing
  return true;
}

/** Stored before the agent starts: whoever looks at what it does should know. Safe to repeat: one run has one cause for it. */
async function tellNotes(ports: Ports, { id, runId }: Preparing, notes: PromptNotes): Promise<void> {
  const moved = await moveSession(ports, id, `prompt:${runId}`, {
    kind: 'prompt-noted',
    runId,
    notes,
    at: ports.now(),
  });
  if (moved.outcome !== 'moved') return;
  for (const mistake of notes.mistakes)
    ports.log.warn({ session: id, run: runId, ...mistake }, 'A template of the repository was not used.');
}

/** The repository or the issue may be gone, or called otherwise: the next look finds the session ended, or the new name. */
async function hasPlaceClosed(ports: Ports, session: Preparing, error: unknown): Promise<boolean> {
  const told = await whatFailureTells(ports, session, error).catch((failure: unknown) => {
    if (failure instanceof LeaseLostError) throw failure;
    return null; // the next try looks again
  });
  if (told === null) return false;
  if (told === 'has-another-name') {
    ports.queue.nudge('session', session.id);
    return true;
  }
  await endWorkIn(ports, { kind: 'issue', ...session }, told.why);
  return true;
}

/** Null where the configuration of the repository wants no run, which the session was told. */
async function requestFor(
  ports: Ports,
  session: Preparing,
): Promise<{ readonly request: RunRequest; readonly notes: PromptNotes | null } | null> {
  const { github, settings, now } = ports;
  const agent = agentOf(ports, session);
  const repository = await repositoryOf(ports, session.repositoryId);
  const mirror = await ports.openMirror(session.repositoryId);
  const making = makeWorkspace(ports, { session, repository, mirror });
  const reading = readThread(ports, session, repository);
  await Promise.allSettled([making, reading]); // none goes on when this has failed
  const [{ path: workspacePath, base }, { issue, comments }] = [await making, await reading];
  const earlier = session.runs.slice(0, -1);
  const isUntouched = workedRuns(earlier).length === 0;
  const { isResume, mark } = conversationWith(session, earlier, agent.name);
  const { repositoryId } = session;
  const config = await readRepositoryConfig(ports, { repositoryId, branch: repository.defaultBranch, mirror });
  if (!(await mayEnter(ports, session, { config, labels: issue.labels }))) return null;
  const setup = await setupRequest(ports, { repositoryId, config, mirror, commit: base, isUntouched });
  const sharedPath = await ports.workspaces.sharedPath(session.id);
  const purpose = purposeOf(session, earlier);
  const isTakenOver = !isResume && !isUntouched;
  const prompt = await makeRunPrompt(ports, { purpose, session, isTakenOver, repository, mirror, issue, comments });
  const bot = await github.me();
  const request: RunRequest = {
    runId: session.runId,
    sessionId: session.id,
    attempt: session.runs.length,
    createdAt: now(),
    agent: { name: agent.name, kind: agent.kind, argv: agent.argv, model: agent.model },
    conversationId: session.runs.at(-1)?.agent?.conversationId ?? session.conversationId,
    ...{ isResume, mark },
    permissions: { ...narrowPermissions(settings.permissions, config), ...leaveIn(session) },
    access: agent.access,
    workspacePath,
    readablePaths: [join(mirror.path, 'objects'), ...settings.readablePaths],
    ...(sharedPath === null ? {} : { writablePaths: [sharedPath] }),
    sandbox: settings.sandbox,
    network: settings.network,
    hiddenPaths: settings.hiddenPaths,
    environment: settings.agentEnvironment,
    limits: limitsOf(session, settings.limits),
    ...(setup === null ? {} : { setup }),
    prompt: prompt.text,
    commit: { ...identityOf(bot), message: `Work on #${session.issueNumber}` },
  };
  return { request, notes: prompt.notes };
}

/** Its conversation is that agent's alone, so that nobody else is started in its place: the next try gets another one. */
function agentOf({ settings }: Pick<Ports, 'settings'>, { runs }: Preparing): AgentOnCall {
  const name = runs.at(-1)?.agent?.name ?? settings.agents[0].name;
  const agent = settings.agents.find((one) => one.name === name);
  if (!agent) throw new UserError('not-found', `The agent ${name} is not configured on this server any more.`);
  return agent;
}

async function readThread(ports: Ports, session: Preparing, repository: Repository) {
  const young = session.runs.length === 1 ? { maxAgeMs: FRESH_MS } : undefined;
  const issue = await ports.github.issue(repository, session.issueNumber, young);
  return { issue, comments: await commentsOn(ports, repository, { ...session, commentCount: issue.commentCount }) };
}

/** What people said on the issue and, once there is one, on its pull request: that is where they ask for changes. Oldest first. */
async function commentsOn(
  { github }: Ports,
  repository: Repository,
  { issueNumber, pull, commentCount }: Pick<Session, 'issueNumber' | 'pull'> & { readonly commentCount: number },
): Promise<readonly CommentFacts[]> {
  const onIssue = commentCount === 0 ? [] : await github.comments(repository, issueNumber);
  const onPull = pull ? await github.comments(repository, pull.number) : [];
  // GitHub tells the second in which a comment was made; ids of comments rise.
  return [...onIssue, ...onPull].toSorted((one, other) => one.createdAt - other.createdAt || one.id - other.id);
}

async function makeWorkspace(
  ports: Ports,
  { session, repository, mirror }: Place,
): Promise<{
  readonly path: string;
  /** Of one that was there before: where the branch is now. */ readonly base: string;
}> {
  // The agent goes on where it was, on the commit it began with: there is nothing to fetch for it.
  const isThere = (await ports.workspaces.list()).includes(session.id);
  const held = await mirror.headOf(repository.defaultBranch);
  const known = isThere || (held !== null && held === (await headOnGitHub(ports, repository))) ? held : null;
  if (known === null) await fetch(ports, { session, repository, mirror });
  const base = known ?? (await mirror.headOf(repository.defaultBranch));
  if (base === null) {
    throw new UserError(
      'not-found',
      `The branch ${repository.defaultBranch} has no commit yet. Push one, then use \`/reeve retry\`.`,
    );
  }
  const identity = identityOf(await ports.github.me());
  const path = await ports.workspaces.prepare({
    sessionId: session.id,
    mirrorPath: mirror.path,
    base,
    branch: session.branch,
    identity,
  });
  return { path, base };
}

/** One question is answered much sooner than a fetch that brings nothing. Whatever it cannot say, the fetch does. */
async function headOnGitHub({ github, log }: Ports, repository: Repository): Promise<string | null> {
  try {
    return await github.headOf(repository, repository.defaultBranch);
  } catch (err) {
    if (err instanceof LeaseLostError) throw err;
    log.debug({ err, repository: repository.id }, 'The head of the repository is not known, so all of it is fetched.');
    return null;
  }
}

type Place = { readonly session: Preparing; readonly repository: Repository; readonly mirror: Mirror };

async function fetch(ports: Ports, { session, repository, mirror }: Place): Promise<void> {
  const fetched = await mirror.fetch(await ports.github.gitAccess(repository, 'read'));
  if (fetched.outcome === 'refused') {
    ports.log.warn({ session: session.id, run: session.runId, ...fetched }, 'The repository could not be fetched.');
    throw new UserError(
      'not-found',
      `The repository could not be fetched (${fetched.code}). Is the App still installed?`,
      { cause: new RefusedError(fetched.code, { status: 404 }) },
    );
  }
}

/** The bot's commits are linked to its account on GitHub by this form of address. */
export function identityOf(bot: { readonly id: number; readonly login: string }): {
  readonly name: string;
  readonly email: string;
} {
  return { name: bot.login, email: `${bot.id}+${bot.login}@users.noreply.github.com` };
}

/** Those of every run, and what is reserved for this one. */
function limitsOf(session: Preparing, limits: RunLimits): RunLimits {
  const reserved = session.runs.at(-1)?.reserved;
  if (!reserved) return limits;
  const { costMicroUsd: costMicroUsdMax, tokens: tokensMax, agentMs } = reserved;
  return { ...limits, wallMs: Math.min(limits.wallMs, agentMs), costMicroUsdMax, tokensMax };
}

export type Repository = RepositoryRef & { readonly defaultBranch: string };

/** Where a repository is to be found now. Throws when no delivery has ever named it, which cannot be for a session of it. */
export async function repositoryOf({ store }: Pick<Ports, 'store'>, id: number): Promise<Repository> {
  const repository = await store.repositories.get(id);
  if (!repository) throw new UserError('not-found', `Repository ${id} is not known. Is the App still installed on it?`);
  return repository;
}
