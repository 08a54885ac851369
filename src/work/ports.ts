import type { Logger } from '../lib/log.ts';
import type { Clock } from '../lib/clock.ts';
import type { Budgets } from '../domain/budget/budget.ts';
import type { Roster } from '../domain/pool/choose-agent.ts';
import type { PermissionPolicy } from '../domain/run/permission.ts';
import type { RunMessage } from '../domain/run/message.ts';
import type { RunLimits, Sandbox } from '../domain/run/run.ts';
import type { SetupSpec } from '../domain/setup/setup.ts';
import type { PublishPolicy } from '../domain/publish/policy.ts';
import type { GitHub, MayWrite } from '../github/github.ts';
import type { Marker } from '../github/marker.ts';
import type { Queue } from '../queue/queue.ts';
import type { NetworkPolicy } from '../domain/run/network.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import type { RunId, SessionId } from '../domain/ids.ts';
import type { Glance } from '../runs/glance.ts';
import type { WaitingRun } from '../runs/launch.ts';
import type { Leaving } from '../runs/run-directory/messages.ts';
import type { LiveRun } from '../runs/live-runs.ts';
import type { Mirror } from '../runs/mirror.ts';
import type { SetupCache } from '../runs/setup-cache.ts';
import type { StopOutcome } from '../runs/stop.ts';
import type { Workspaces } from '../runs/workspaces/workspace.ts';
import type { Store } from '../store/store.ts';
import type { Capacity } from './capacity.ts';
import type { QuietRuns } from './quiet-runs.ts';

/** The jobs that use cases ask for. `loops/jobs.ts` says who does them. */
export type JobName =
  | 'deliveries'
  | 'selection'
  | 'session'
  | 'outbox'
  | 'sweep'
  | 'comparison'
  | 'retention'
  | 'leftovers'
  | 'budgets'
  | 'cleanup';

/** Everything that the use cases of this folder reach the world through. Built once, in app.ts. */
export type Ports = {
  readonly store: Store;
  readonly github: GitHub;
  readonly queue: Pick<Queue<JobName>, 'nudge'>;
  readonly runs: Runs;
  readonly quietRuns: QuietRuns;
  readonly leftovers: RunLeftovers;
  readonly capacity: Capacity;
  readonly openMirror: (repositoryId: number) => Promise<Mirror>;
  readonly workspaces: Workspaces;
  readonly setupCache: SetupCache;
  /** The disk of the home has so little room that what is not needed any more should go. */
  readonly isDiskShort: () => Promise<boolean>;
  /** To be asked just before what goes to GitHub without its port: a push. The port asks by itself. */
  readonly mayWrite: MayWrite;
  readonly marker: Marker;
  readonly now: Clock;
  readonly log: Logger;
  /** Removes every secret this server knows from text that goes to GitHub. */
  readonly redact: (text: string) => string;
  /** A new UUID. */
  readonly newId: () => string;
  readonly settings: WorkSettings;
};

/** The runs of this machine. Each verb may be repeated (runs/launch.ts, observe.ts and stop.ts say why). */
export type Runs = {
  /** Starts, in its turn, the host of a run that is to be launched. None is started when the signal is aborted before that. */
  prepareHost(id: RunId, signal?: AbortSignal): WaitingRun;
  observe(id: RunId): Promise<RunFacts>;
  /** To be made before a look, and asked after it. */
  glance(id: RunId): Glance;
  stop(id: RunId, now: number): Promise<StopOutcome>;
  /** Leaves what a person said for the agent of a run, once for each id. `full`: the run takes no more. */
  tell(id: RunId, message: RunMessage): Promise<Leaving>;
  /** Removes the directory of a run that is over; links in it are removed, not followed. One that is not there is no error. */
  remove(id: RunId): Promise<void>;
  /** Those, or those of one session, of which a process lives, or may. */
  live(of?: SessionId): Promise<readonly LiveRun[]>;
};

/** What runs may have left on this machine. */
export type RunLeftovers = {
  /** The runs of which any process may live, whoever they belong to. */
  withProcesses(): Promise<readonly RunId[]>;
  /** Every run directory, in order of name, and when it was last changed (epoch ms). */
  directories(): Promise<readonly { readonly id: RunId; readonly changedAt: number }[]>;
};

export type WorkSettings = {
  readonly agents: Roster;
  readonly permissions: PermissionPolicy;
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** How the dependencies of a repository are made; null where they are not. */
  readonly setupOf: (repositoryId: number) => SetupSpec | null;
  /** Runs at a time: on this machine, for one repository, for one installation. */
  readonly slots: number;
  readonly slotsPerRepository: number;
  readonly slotsPerInstallation: number;
  readonly sandbox: Sandbox;
  readonly network: NetworkPolicy;
  readonly hiddenPaths: readonly string[];
  readonly readablePaths: readonly string[];
  readonly limits: RunLimits;
  readonly budgets: Budgets;
  readonly publishPolicy: PublishPolicy;
  /** By how much lists of GitHub may lag behind, and a little more. */
  readonly listLagMs: number;
  /** So often may the server end with the same delivery or effect in hand; a machine that fails may end it once or twice. */
  readonly crashesMax: number;
};

/** The key of a job that concerns everything of its kind. */
export const ALL = 'all';
