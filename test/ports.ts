import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';

import { sandboxAlone } from '../src/domain/run/permission.ts';
import { publishPolicyDefault } from '../src/config/publish-policy.ts';
import { runIdOf, sessionIdOf, type SessionId } from '../src/domain/ids.ts';
import { openSession } from '../src/domain/session/open.ts';
import type { Session, SessionEvent } from '../src/domain/session/session.ts';
import { transition } from '../src/domain/session/transition.ts';
import { createEmulator, type Emulator } from '../src/emulator/emulator.ts';
import { createMarker } from '../src/github/marker.ts';
import { createLimiter } from '../src/github/limits/limiter.ts';
import { createOctokitGitHub } from '../src/github/octokit-github.ts';
import { systemClock, type Clock } from '../src/lib/clock.ts';
import { createLog } from '../src/lib/log.ts';
import { createRedactor } from '../src/lib/redact.ts';
import { createEmbeddedQueue } from '../src/queue/embedded/embedded-queue.ts';
import { openLaunchKey } from '../src/runs/launch-key.ts';
import { glanceAt } from '../src/runs/glance.ts';
import { prepareRunHost } from '../src/runs/launch.ts';
import { liveRuns } from '../src/runs/live-runs.ts';
import { createMirrors } from '../src/runs/mirror.ts';
import { createRunLeftovers } from '../src/runs/leftovers.ts';
import { observeRun } from '../src/runs/observe.ts';
import { removeRun } from '../src/runs/remove.ts';
import { runDirectoryOf } from '../src/runs/run-directory.ts';
import { leaveMessage } from '../src/runs/run-directory/messages.ts';
import { createDetachedRuntime } from '../src/runs/runtimes/detached/detached.ts';
import { createSetupCache } from '../src/runs/setup-cache.ts';
import { stopRun } from '../src/runs/stop.ts';
import { createCloneWorkspaces } from '../src/runs/workspaces/clone/clone.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { createIntake } from '../src/web/intake.ts';
import { createWebServer } from '../src/web/server.ts';
import { createCapacity } from '../src/work/capacity.ts';
import { createMayWrite } from '../src/work/may-write.ts';
import { createQuietRuns } from '../src/work/quiet-runs.ts';
import type { JobName, Ports } from '../src/work/ports.ts';
import { receiveDelivery } from '../src/work/receive-delivery.ts';

import type { Budgets } from '../src/domain/budget/budget.ts';
import { ample } from './budgets.ts';
import { commit, ourGit } from './repositories.ts';
import type { Told } from './sessions.ts';
import { somebody } from './reeve/people.ts';
import { withoutLimits, type Limits } from '../src/domain/limits/limits.ts';

export type World = Awaited<ReturnType<typeof openWorld>>;

export const REPO = 'acme/shop';
const SECRET = 'a-long-secret-of-the-tests';
const WAIT_MS_MAX = 20_000; // far more than any step takes on a busy machine
const STEP_MS = 1_000;
/** What the use cases of these worlds take for the lag of GitHub's lists. */
export const LIST_LAG_MS = 35_000;

/** Made once for each file of tests: keys are slow to make. */
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

type Options = {
  readonly slots?: number;
  /** As many as there are slots unless said otherwise. */
  readonly slotsPerRepository?: number;
  /** More than any test uses, unless said otherwise. */
  readonly budgets?: Budgets;
  /** GitHub's own clock. Ours is `time`, which only the test moves. */
  readonly githubClock?: Clock;
  /** What we take for GitHub's limits; none unless said otherwise. */
  readonly limits?: Limits;
};

/**
 * What use cases reach the world through, all of it real: the store, git, the runs of a home, and GitHub as the emulator
 * plays it. `mona` may write; the issues #1 to #3 are open. When the test ends, GitHub's contract must have been kept.
 */
export async function openWorld(options: Options = {}) {
  const {
    slots = 2,
    slotsPerRepository = slots,
    budgets = ample,
    githubClock = systemClock,
    limits = withoutLimits,
  } = options;
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-work-')));
  const emulator = await startGitHub(join(directory, 'github'), githubClock);
  const { control, app } = emulator;
  const time = { now: systemClock() };
  const grounds = {
    home: join(directory, 'home'),
    emulator,
    slots,
    slotsPerRepository,
    budgets,
    limits,
    now: () => time.now,
  };
  const ports = await connect(grounds);
  const { store, workspaces } = ports;
  onTestFinished(async () => {
    await emulator.close();
    await store.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 }); // a host that finds its stop may still say so
    const problems = emulator.requests().flatMap(({ path, problems: each }) => each.map((one) => `${path}: ${one}`));
    expect([...problems, ...control.responseProblems()]).toEqual([]);
  });
  const person = somebody(emulator, REPO, 'mona');
  const ask = async (path: string) =>
    (await control.act({ do: 'request', as: 'mona', method: 'GET', path })) as { id: number; login: string };
  const { id } = await ask(`/repos/${REPO}`);
  const user = await ask('/users/mona');
  const installationId = app.installationId ?? 0;
  const repository = { id, owner: 'acme', name: 'shop', defaultBranch: 'main', installationId };
  await store.repositories.see(repository);

  /** Moves a session as an earlier life of the server did; what it wished for then counts as done. */
  const tell = async (session: SessionId, ...events: readonly Told<SessionEvent>[]): Promise<Session> => {
    for (const event of events) {
      time.now += STEP_MS;
      const told = { ...ofSession(session, event), at: time.now } as SessionEvent;
      const moved = await store.sessions.change(session, `told:${randomUUID()}`, (before) => {
        const result = transition(before, told);
        return result.outcome === 'moved' ? { ...result, effects: [] } : result;
      });
      if (moved.outcome !== 'moved') throw new Error(`The session ignored ${event.kind}: ${moved.why}.`);
    }
    return stored(session);
  };
  const stored = async (session: SessionId): Promise<Session> => {
    const found = await store.sessions.get(session);
    if (!found) throw new Error(`There is no session ${session}.`);
    return found;
  };
  return {
    ...{ directory, home: join(directory, 'home'), emulator, control, ports, store, time, repository, tell, stored },
    /** Who may write, as GitHub's person and as ours. */
    ...{ person, mona: { id: user.id, login: user.login } },
    /** A session on an issue, moved through the events. */
    session: async (...events: readonly Told<SessionEvent>[]): Promise<Session> => {
      const issue = { repositoryId: id, issueNumber: 1 };
      const { session } = await store.sessions.open(issue, 'label:1', ({ ordinal }) => ({
        ...openSession({
          ...{ ...issue, id: sessionIdOf(id, 1, ordinal), title: control.thread(REPO, 1).title, previousId: null },
          ...{ requestedBy: { id: user.id, login: user.login }, conversationId: randomUUID(), at: time.now },
        }),
        effects: [],
      }));
      return tell(session.id, ...events);
    },
    /** The workspace of a session, made as for its first run: the path of the repository in it. */
    workspace: async (session: Session): Promise<string> => {
      const mirror = await ports.openMirror(id);
      await mirror.fetch(await ports.github.gitAccess(repository, 'read'));
      const base = (await mirror.headOf('main'))!;
      const identity = { name: 'Agent', email: 'agent@example.org' };
      const { branch } = session;
      const at = { sessionId: session.id, mirrorPath: mirror.path, base, branch, identity };
      return join(await workspaces.prepare(at), 'repo');
    },
    /** Commits in the workspace of a session and takes that into our mirror as what its run left; gives the commit. */
    work: async (session: Session, repo: string, content: string): Promise<string> => {
      const head = commit(repo, { 'work.txt': content });
      const mirror = await ports.openMirror(id);
      const run = { runId: runIdOf(session.id, 1), workspaceRepo: repo, branch: session.branch };
      expect(await mirror.importRun(run)).toEqual({ outcome: 'imported', head });
      return head;
    },
    /** Starts the intake of webhooks, and points GitHub to it; gives where that is. */
    listen: async (): Promise<string> => {
      const { now, log } = ports;
      const receive: Parameters<typeof createIntake>[0]['receive'] = (delivery) => receiveDelivery(ports, delivery);
      const intake = createIntake({ secrets: [SECRET], now, log, receive });
      const web = createWebServer({ intake, log, isReady: async () => [], host: '127.0.0.1', port: 0 });
      onTestFinished(() => web.stop());
      const url = `${await web.start()}/api/github/webhooks`;
      control.setWebhookUrl(url);
      return url;
    },
    /** From now on a push waits at GitHub, which has received it and moved nothing yet, until it is let go. */
    holdPushes: () => holdPushes(emulator, directory),
    /** How often a request was sent. */
    sent: (method: string, path: RegExp): number =>
      emulator.requests().filter((request) => request.method === method && path.test(request.path)).length,
  };
}

/** Waits until a look at the world does not throw any more. */
export function eventually<Value>(look: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(look, { timeout: WAIT_MS_MAX, interval: 20 });
}

function startGitHub(root: string, clock: Clock): Promise<Emulator> {
  return createEmulator({
    ...{ root, clock, checkResponses: true },
    seed: {
      app: { id: 4711, slug: 'reeve', webhookSecret: SECRET, privateKey },
      users: [{ login: 'mona' }],
      repositories: [
        {
          ...{ owner: 'acme', name: 'shop', files: { 'README.md': '# Shop\n' }, collaborators: { mona: 'write' } },
          labels: ['reeve:ready', 'reeve:never'].map((name) => ({ name })),
          issues: ['Owls', 'Larks', 'Wrens'].map((title) => ({ title, author: 'mona' })),
        },
      ],
    },
  });
}

type Ground = Required<Pick<Options, 'slots' | 'slotsPerRepository' | 'budgets' | 'limits'>> & {
  readonly home: string;
  readonly emulator: Emulator;
  readonly now: Clock;
};

/** As app.ts connects them; the queue is never started, so that the test itself does each job. */
async function connect({ home, emulator, slots, slotsPerRepository, budgets, limits, now }: Ground): Promise<Ports> {
  const log = createLog('silent');
  const key = await openLaunchKey(home);
  const environment = { PATH: process.env['PATH'] ?? '' };
  const runtime = createDetachedRuntime({ program: resolve('dist/bin/reeve-run.js'), environment });
  const minuteMs = 60_000;
  const madeAt = Date.now();
  const standing = () => madeAt; // the lease of a test does not run out
  const store = openSqliteStore({ path: join(home, 'reeve.db'), now: standing });
  const mayWrite = createMayWrite(store.lease, standing);
  const { app, url } = emulator;
  const redact = createRedactor([app.privateKey]);
  const mirrors = createMirrors({
    git: ourGit,
    now,
    root: join(home, 'mirrors'),
    hasSecret: (text: string) => redact(text) !== text,
  });
  return {
    ...{ now, log, newId: randomUUID, marker: createMarker(key), redact },
    ...{ store, mayWrite },
    capacity: createCapacity({ isDiskFull: () => false, chance: () => 1, log }),
    queue: createEmbeddedQueue<JobName>({ concurrency: 1, onError: () => {} }),
    github: createOctokitGitHub({
      ...{ appId: app.id, privateKey: app.privateKey, apiUrl: url, userAgent: 'reeve-test', clock: now, log },
      mayWrite,
      limiter: createLimiter({ kept: store.limits, clock: now, limits }),
    }),
    runs: {
      prepareHost: (id) => prepareRunHost({ home, key, runtime }, id),
      observe: (id) => observeRun(home, id),
      glance: (id) => glanceAt(home, id, now),
      stop: (id, at) => stopRun(home, id, at),
      tell: (id, message) => leaveMessage(runDirectoryOf(home, id), message),
      remove: (id) => removeRun(home, id),
      live: (of) => liveRuns(home, of),
    },
    quietRuns: createQuietRuns(now),
    leftovers: createRunLeftovers(home),
    isDiskShort: async () => false,
    openMirror: (repositoryId) => mirrors.open(repositoryId),
    setupCache: createSetupCache(home),
    workspaces: createCloneWorkspaces({ git: ourGit, root: join(home, 'workspaces') }),
    settings: {
      ...{
        agents: [
          {
            name: 'agent',
            kind: 'custom-command',
            argv: ['false'],
            model: null,
            slotsMax: null,
            access: null,
            fallback: null,
          },
        ],
        permissions: sandboxAlone,
        agentEnvironment: {},
        slots,
        sandbox: 'none',
      },
      setupOf: () => null,
      ...{ slotsPerRepository, slotsPerInstallation: slots },
      ...{
        network: 'open' as const,
        hiddenPaths: [],
        readablePaths: [],
        publishPolicy: publishPolicyDefault,
        listLagMs: LIST_LAG_MS,
        crashesMax: 5,
      },
      budgets,
      limits: {
        ...{
          wallMs: minuteMs,
          silenceMs: minuteMs,
          outputBytesMax: 1_000_000,
          memoryMiBMax: 2000,
          processesMax: 300,
          diskMiBMax: 2000,
          costMicroUsdMax: null,
          tokensMax: null,
        },
        ...{ askGraceMs: 1000, stopGraceMs: 1000 },
      },
    },
  };
}

/** The events of test/sessions.ts name the runs of their own session. */
function ofSession(session: SessionId, event: Told<SessionEvent>): Told<SessionEvent> {
  return 'runId' in event ? { ...event, runId: runIdOf(session, Number(event.runId.split('-r')[1])) } : event;
}

/** Git itself waits, in its hook: before that it has all objects, and only after that it moves a branch. */
function holdPushes({ root }: Emulator, directory: string) {
  const [arrived, sign] = [join(directory, 'a-push-arrived'), join(directory, 'let-pushes-go')];
  const wait = `for look in $(seq 400); do [ -e '${sign}' ] && exit 0; sleep 0.05; done; exit 1`;
  writeFileSync(join(root, '.hooks', 'pre-receive'), `#!/bin/sh\n: > '${arrived}'\n${wait}\n`, { mode: 0o755 });
  return {
    arrived: () => eventually(() => expect(existsSync(arrived)).toBe(true)),
    letGo: () => writeFileSync(sign, ''),
  };
}
