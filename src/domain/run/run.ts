import type { RunId, SessionId } from '../ids.ts';
import type { SetupRequest, SetupStep } from '../setup/setup.ts';
import type { AgentSpec } from './agent-spec.ts';
import type { ConversationMark } from './conversation.ts';
import type { ModelAccount } from './model-provider.ts';
import type { NetworkPolicy } from './network.ts';
import type { PermissionPolicy } from './permission.ts';

/** Bounds that the run host enforces by itself, server or no server. None of them may be zero: zero never means unlimited. */
export type RunLimits = {
  /** From the agent's start to its end. */
  readonly wallMs: number;
  /** Without a byte of output. */
  readonly silenceMs: number;
  /** Everything the agent prints and everything it appends to its typed outputs, together. */
  readonly outputBytesMax: number;
  /** Of all its processes together: what they hold resident, shared pages counted once. */
  readonly memoryMiBMax: number;
  /** At the same time; ended ones that nobody has waited for count, too. */
  readonly processesMax: number;
  /** What its workspace (`repo`, `home` and `tmp`) takes on the disk. */
  readonly diskMiBMax: number;
  /** What it may report to have spent in this run; null when nobody limits it. */
  readonly costMicroUsdMax: number | null;
  readonly tokensMax: number | null;
  /** How long an agent may go on after it asked a question. */
  readonly askGraceMs: number;
  /** Between asking it to stop and killing it. */
  readonly stopGraceMs: number;
};

/** How much of the machine the agent can see: everything else hidden; other processes hidden; nothing hidden. */
export type Sandbox = 'bwrap' | 'pid-namespace' | 'none';

/** What a run host is asked to do. Written once, signed, never changed. */
export type RunRequest = {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  readonly attempt: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly agent: AgentSpec;
  /** Names the agent's own conversation (a UUID); the same for every run of a session. */
  readonly conversationId: string;
  /** The agent has worked in this conversation before and is to go on. */
  readonly isResume: boolean;
  /** What the agent itself called the conversation when its last run ended; null when that was never heard. */
  readonly mark: ConversationMark | null;
  readonly permissions: PermissionPolicy;
  /** The model that it is let through to; null when it finds its own. */
  readonly access: ModelAccount | null;
  /** Absolute; holds `repo` (the clone), `home` and `tmp` of this session. */
  readonly workspacePath: string;
  readonly sandbox: Sandbox;
  /** Anything but `open` needs the sandbox `bwrap`. */
  readonly network: NetworkPolicy;
  /** Absolute paths the agent must not see (the server's home, key files). */
  readonly hiddenPaths: readonly string[];
  /** Absolute paths that stay readable under a hidden one: the mirror's objects, which the clone borrows. */
  readonly readablePaths: readonly string[];
  /** Paths besides its workspace that the agent may change, together with other agents. */
  readonly writablePaths?: readonly string[] | undefined;
  /** Added to the agent's allow-listed environment by the operator. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  /** What is made before the agent starts; nothing when it is absent. */
  readonly setup?: SetupRequest | undefined;
  /** The whole prompt; also written to `prompt.md`. */
  readonly prompt: string;
  /** Who commits what the agent left uncommitted, and with which message. */
  readonly commit: { readonly name: string; readonly email: string; readonly message: string };
};

/** Why a run ended. */
export type RunEndReason =
  | 'finished' // exit 0 and nothing asked
  | 'asked' // it put a question and ended
  | 'crashed' // exit code other than 0, or a signal that was not ours
  | 'bad-output' // its typed outputs were not what the protocol allows
  | 'forged-marker' // its typed outputs carried one of our hidden markers
  | 'output-flood' // it wrote more than allowed
  | 'too-much-memory'
  | 'too-many-processes'
  | 'disk-full' // its workspace grew larger than allowed
  | 'over-budget' // it reported to have spent more than allowed
  | 'timed-out'
  | 'silent'
  | 'declined' // the model or the agent would not do it
  | 'rate-limited' // its model takes no more requests for a while
  | 'out-of-credit'
  | 'not-authenticated' // its model refused the key
  | 'context-full' // its conversation does not fit into the model any more
  | 'model-failed' // its model failed otherwise, or could not be reached
  | 'stopped' // we asked it to end
  | 'setup-failed' // what the repository depends on could not be made, so no agent was started
  | 'not-started' // the program could not be started
  | 'lost'; // the run host is gone and left no end (judged by the server, never written by the host)

export type RunEnd = {
  readonly reason: RunEndReason;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** One sentence for the person who reads the card. Already redacted; still hostile text. */
  readonly detail: string;
  /** Of `rate-limited`: when it may be tried again (epoch ms), when anybody said. */
  readonly retryAt?: number | undefined;
  /** Epoch ms. */
  readonly endedAt: number;
};

/** Identity of an operating-system process: a bare pid is reused, this is not. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTime: string;
  readonly bootId: string;
};

export type Spend = {
  /** Wall time of the agent: of one run in its status, summed over the runs in its session. */
  readonly agentMs: number;
  /** Micro US dollars; null while no run of the session has reported any. */
  readonly costMicroUsd: number | null;
  readonly tokens: number | null;
};

/** `status.json` of a run directory: replaced atomically by the run host, read by anyone. */
export type RunStatus = {
  readonly runId: RunId;
  readonly state: 'starting' | 'running' | 'stopping' | 'ended';
  readonly host: ProcessIdentity;
  readonly agent: (ProcessIdentity & { readonly pgid: number }) | null;
  readonly startedAt: number;
  /** Rewritten every few seconds while the host lives. Epoch ms. */
  readonly heartbeatAt: number;
  /** The last byte of output or typed output. Epoch ms. */
  readonly outputAt: number;
  readonly outputBytes: number;
  readonly spend: Spend;
  /** The agent's own conversation; null until it has told. */
  readonly mark: ConversationMark | null;
  /** What the agent's processes held when they were last looked at; null before the first look. */
  readonly memoryMiB: number | null;
  readonly processes: number | null;
  /** What its workspace took when that was last looked at. */
  readonly diskMiB: number | null;
  /** How far its setup has come; absent where there is none, and from a host of an earlier version. */
  readonly setup?: SetupStep | undefined;
  readonly end: RunEnd | null;
};
