import { join } from 'node:path';

import type { RunId, SessionId } from '../domain/ids.ts';

/** The files of one run (docs/run-directory.md). */
export type RunDirectory = {
  readonly path: string;
  readonly request: string;
  readonly prompt: string;
  readonly lock: string;
  readonly status: string;
  readonly events: string;
  /** The newest part of what the agent printed. */
  readonly transcript: string;
  /** The part before it, once there is one. */
  readonly transcriptBefore: string;
  readonly output: string;
  readonly stop: string;
  /** What the run host itself prints: nothing, unless something is wrong with it. */
  readonly hostLog: string;
  /** Holds `reeve-agent`; first on the agent's PATH. */
  readonly programs: string;
  /** What the agent's program reads and must not change. */
  readonly agentFiles: string;
  /** What people say to the agent while it works. */
  readonly messages: string;
  /** What was asked of the agent's model through us. */
  readonly model: string;
};

/** Where a run lives in REEVE_HOME. Throws on an id that is not a plain name. */
export function runDirectoryOf(home: string, runId: RunId): RunDirectory {
  return runDirectoryAt(join(home, 'runs', plainName(runId)));
}

/** The names inside a run directory whose path is known. */
export function runDirectoryAt(path: string): RunDirectory {
  const file = (name: string): string => join(path, name);
  return {
    path,
    request: file('request.json'),
    prompt: file('prompt.md'),
    lock: file('host.lock'),
    status: file('status.json'),
    events: file('events.jsonl'),
    transcript: file('transcript.log'),
    transcriptBefore: file('transcript.before.log'),
    output: file('output.jsonl'),
    stop: file('stop'),
    hostLog: file('host.log'),
    programs: file('bin'),
    agentFiles: file('agent'),
    messages: file('messages.jsonl'),
    model: file('model.jsonl'),
  };
}

/** REEVE_HOME of a run directory. */
export function homeOf(directory: RunDirectory): string {
  return join(directory.path, '..', '..');
}

/** Where a session's workspace lives: `repo`, `home` and `tmp` in it. */
export function workspacePathOf(home: string, sessionId: SessionId): string {
  return join(home, 'workspaces', plainName(sessionId));
}

function plainName(id: string): string {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(id)) throw new Error(`Not an id that can name a directory: ${JSON.stringify(id)}`);
  return id;
}
