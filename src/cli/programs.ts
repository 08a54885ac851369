import type { Command } from 'commander';

import type { KnownAgent } from '../config/agents.ts';
import { readEnvironment } from '../config/env-file.ts';
import { homePathOf, type ServerConfig } from '../config/server-config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Terminal } from '../render/terminal.ts';
import type { Home } from './home.ts';

export type EmulateOptions = {
  readonly port?: number;
  /** A JSON file with what exists at the start. */
  readonly seed?: string;
  /** Where each request and its answer is appended. */
  readonly record?: string;
  /** The App's private key: read from this file, or written to it when it is not there. */
  readonly key?: string;
  readonly json?: boolean;
  /** Where the git repositories are kept. */
  readonly root?: string;
};

export type DemoOptions = {
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly home?: string;
  readonly port?: number;
  /** A real agent instead of the demo's own. */
  readonly agent?: KnownAgent;
  readonly agentProgram?: string;
};

/** What the commands start: given by bin/, because this folder must not know the server. Each gives its exit code. */
export type Programs = {
  /** Runs until it is asked to stop. */
  serve(config: ServerConfig): Promise<number>;
  emulate(options: EmulateOptions): Promise<number>;
  demo(options: DemoOptions): Promise<number>;
  verify(options: { readonly homePath: string; readonly isJson: boolean }): Promise<number>;
  /** What an operator sees and asks for; opens nothing yet. */
  home(homePath: string): Home;
  restore(options: { readonly homePath: string; readonly id: string; readonly isJson: boolean }): Promise<number>;
  cleanup(options: {
    readonly homePath: string;
    readonly isDryRun: boolean;
    readonly isJson: boolean;
  }): Promise<number>;
  replay(options: {
    readonly homePath: string;
    readonly kind: 'delivery' | 'effect';
    readonly name: string;
  }): Promise<number>;
};

export type CliSurroundings = {
  readonly version: string;
  readonly terminal: Terminal;
  readonly now: Clock;
  /** Aborted when a person asks a command that only looks to end: Ctrl-C. */
  readonly detached: () => AbortSignal;
  /** A person sits there, whose keys and whose screen a program can have. */
  readonly isInteractive: boolean;
  /** Runs a program on this terminal to its end. */
  readonly onTerminal: (argv: readonly string[]) => Promise<void>;
  /** Resolves when there is room for more. */
  readonly writeMuch: (part: string | Uint8Array) => Promise<void>;
  /** Where `.env` is looked for. */
  readonly directory: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
};

/** What each command is added with. */
export type Parts = {
  readonly reeve: Command;
  readonly surroundings: CliSurroundings;
  readonly end: (exitCode: number) => void;
};

/** What commands say of their argument that names a session. */
export const SESSION_ARGUMENT = 'a session’s id, or its issue as OWNER/REPO#N';

/** The home that the environment names. */
export function openHome({ directory }: Pick<CliSurroundings, 'directory'>, home: Programs['home']): Home {
  return home(homePathOf(readEnvironment(directory).env));
}
