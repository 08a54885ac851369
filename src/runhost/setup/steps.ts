import { realpath } from 'node:fs/promises';

import { spendOf } from '../../domain/run/report.ts';
import { sandboxArgv, type SandboxView } from '../../domain/run/sandbox.ts';
import type { RunRequest } from '../../domain/run/run.ts';
import type { RunDirectory } from '../../runs/run-directory.ts';
import type { AgentEnd } from '../end-of-agent.ts';
import type { EventLog } from '../events.ts';
import type { Heartbeat } from '../heartbeat.ts';
import type { HostOptions } from '../host-options.ts';
import type { Messenger } from '../messages.ts';
import type { OutputTail } from '../output-tail.ts';
import { supervise } from '../supervise.ts';
import type { Transcript } from '../transcript.ts';
import { withOwnWords } from './own-words.ts';

export type Argv = readonly [string, ...string[]];

/** What a setup works with: what the agent of the same run will work with. */
export type Scene = Pick<HostOptions, 'stopSignal' | 'now' | 'elapsed'> & {
  readonly request: RunRequest;
  readonly directory: RunDirectory;
  readonly heartbeat: Heartbeat;
  /** What the agent sees. */
  readonly view: SandboxView;
  readonly environment: Readonly<Record<string, string>>;
  readonly transcript: Transcript;
  readonly events: EventLog;
};

/** What a step sees besides, of what is kept. */
type More = { readonly readable?: string; readonly writable?: string };

/** One program of a setup, watched to its end like an agent: with the same limits, in the same sandbox. */
export type RunStep = (argv: Argv, wallMs: number, more?: More) => Promise<AgentEnd>;

/** Programs of a setup see what the agent sees, but neither its prompt nor where it speaks. */
export async function createSteps(scene: Scene): Promise<RunStep> {
  const { request, directory, transcript } = scene;
  const unseen = new Set(await Promise.all([directory.output, directory.prompt].map((path) => realpath(path))));
  const isSeen = (path: string): boolean => !unseen.has(path);
  const isRoot = process.getuid?.() === 0;
  const watcher = watcherOf(scene, scene.elapsed());
  return async (argv, wallMs, { readable, writable } = {}) => {
    const view: SandboxView = {
      ...scene.view,
      readablePaths: [...scene.view.readablePaths.filter(isSeen), ...(await resolved(readable))],
      writablePaths: [...scene.view.writablePaths.filter(isSeen), ...(await resolved(writable))],
    };
    return supervise({
      // Installing says nothing for minutes: its silence is no sign of anything.
      request: { ...request, limits: { ...request.limits, wallMs, silenceMs: wallMs } },
      argv: sandboxArgv(request.sandbox, argv, view, isRoot),
      cwd: view.workingDirectory,
      environment: scene.environment,
      ...{ converse: null, messenger: deaf, modelUsage: () => null },
      tail: mute,
      transcript: withOwnWords(transcript),
      directory,
      stopSignal: scene.stopSignal,
      elapsed: scene.elapsed,
      watcher,
    });
  };
}

async function resolved(path: string | undefined): Promise<string[]> {
  return path === undefined ? [] : [await realpath(path)];
}

/** Nobody can say anything to a setup: what people say waits for the agent. */
const deaf: Messenger = { look: async () => {}, end: async () => {} };

/** Nothing in a setup speaks for the agent. */
const mute: OutputTail = { read: async () => ({ outputs: [], fault: null }), size: () => 0, close: () => {} };

function watcherOf(
  { heartbeat, events, now, elapsed }: Scene,
  begunAt: number,
): Parameters<typeof supervise>[0]['watcher'] {
  return {
    onStarted() {}, // no agent has started
    onOutputs() {},
    onStopping(reason) {
      if (reason === 'stopped') events.record({ kind: 'stopping', reason });
    },
    onLook({ memoryMiB, processes, diskMiB, quietMs }) {
      const spend = spendOf([], elapsed() - begunAt); // no money and no tokens, but the time of a slot
      heartbeat.note({ spend, memoryMiB, processes, diskMiB, outputAt: now() - Math.round(quietMs) });
    },
  };
}
