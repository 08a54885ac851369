import { mkdir } from 'node:fs/promises';

import type { RunId } from '../domain/ids.ts';
import type { RunRequest } from '../domain/run/run.ts';
import { runRequestSchema } from '../domain/run/schema.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { runDirectoryOf } from './run-directory.ts';
import { readLock } from './run-directory/host-lock.ts';
import { writeRequest } from './run-directory/request.ts';
import type { Runtime } from './runtimes/runtime.ts';

/** What launching needs: where, how, and the key that tells a run host that a request is ours. */
export type LaunchPad = {
  readonly home: string;
  readonly key: Uint8Array;
  /** The key of the model of an agent, by the agent's name; null when there is none. Secret. */
  readonly modelKeyOf?: (agent: string) => string | null;
  readonly runtime: Pick<Runtime, 'startHost'>;
};

/** A run whose host waits for its request. */
export type WaitingRun = {
  /**
   * Writes the request and lets the host begin. Rejects when the request is not one that a host accepts, when the directory
   * cannot be written, or when the host could not be started.
   */
  launch(request: RunRequest): Promise<void>;
  /** Lets the host end. Does nothing after a launch. */
  dismiss(): void;
};

/**
 * Starts the host of a run whose request is yet to come, so that it is up when its workspace is. `inTurn` says when. The
 * host does nothing before the launch, and ends with us: what dies until then leaves a directory without a request.
 */
export function prepareRunHost(
  { home, key, modelKeyOf, runtime }: LaunchPad,
  runId: RunId,
  inTurn: <Value>(start: () => Promise<Value>) => Promise<Value> = (start) => start(),
): WaitingRun {
  const directory = runDirectoryOf(home, runId);
  const starting = inTurn(async () => {
    await mkdir(directory.path, { recursive: true, mode: 0o700 });
    crashPoint('launch.directory');
    return runtime.startHost(directory.path);
  });
  starting.catch(() => {}); // heard by whoever launches it
  return {
    async launch(request) {
      const host = await starting;
      if ((await readLock(directory)).kind !== 'absent') return host.dismiss(); // another one has this run
      await writeRequest(directory, request, key);
      crashPoint('launch.requested');
      const modelKey = request.access ? (modelKeyOf?.(request.agent.name) ?? '') : '';
      await host.begin(Buffer.concat([key, Buffer.from(modelKey)]));
      crashPoint('launch.started');
    },
    dismiss: () => void starting.then((host) => host.dismiss()).catch(() => {}),
  };
}

/**
 * Writes the run's directory and starts its host. Safe to repeat after a crash at any point: the first request stays,
 * and of several hosts one claims the run. Rejects as `launch` does.
 */
export async function launchRun(pad: LaunchPad, request: RunRequest): Promise<void> {
  runRequestSchema.parse(request); // what the host would refuse leaves no directory
  await prepareRunHost(pad, request.runId).launch(request);
}
