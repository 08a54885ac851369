import { basename, join } from 'node:path';

import { runId } from '../../../domain/ids.ts';
import { exec } from '../../../lib/exec.ts';
import { hostVerbs, messagesPath, startHostProcess, type HostProgram } from '../host-process.ts';
import type { Runtime } from '../runtime.ts';
import { tmuxCommand, tmuxTarget } from './attach-command.ts';

type TmuxOptions = HostProgram & {
  /** Absolute path of REEVE_HOME, which holds the socket. */
  readonly home: string;
  /** A terminal that could not be made or removed: worth a line in the log, and nothing more. */
  readonly onTerminalProblem: (problem: string) => void;
};

const TMUX_MS_MAX = 5000;
const TMUX_OUTPUT_BYTES_MAX = 10_000;
const SIZE = ['-x', '200', '-y', '50']; // until somebody attaches, whose terminal then counts
// What an agent prints must not reach the clipboard or the title of whoever watches.
const harmless = ['set-option', '-s', 'set-clipboard', 'off', ';', 'set-option', '-g', 'allow-rename', 'off'];

/**
 * Run hosts as processes of their own, each with a terminal in which people can watch it. The host is no child of tmux:
 * a terminal that is missing or killed, or the end of the tmux server, changes nothing for the run.
 */
export function createTmuxRuntime({ home, onTerminalProblem, ...program }: TmuxOptions): Runtime {
  const tmux = async (args: readonly string[]): Promise<void> => {
    const command = tmuxCommand(home);
    if (command === null) return onTerminalProblem('The path of REEVE_HOME is too long for the socket of tmux.');
    const { PATH = '' } = program.environment;
    try {
      const { exitCode, stderr } = await exec(command[0], [...command.slice(1), ...args], {
        cwd: '/',
        env: { PATH, LANG: 'C.UTF-8', TERM: 'screen-256color' },
        timeoutMs: TMUX_MS_MAX,
        outputBytesMax: TMUX_OUTPUT_BYTES_MAX,
      });
      if (exitCode !== 0 && !isGone(stderr)) onTerminalProblem(`tmux: ${stderr.trim()}`);
    } catch (error) {
      onTerminalProblem(`tmux could not be started: ${String(error)}`);
    }
  };
  return {
    ...hostVerbs,
    async startHost(runDirectory) {
      const { begin, dismiss } = await startHostProcess(program, runDirectory);
      const session = ['new-session', '-d', '-s', runId(basename(runDirectory)), ...SIZE, '-c', '/'];
      return {
        async begin(key) {
          const pid = await begin(key);
          if (pid !== undefined)
            await tmux(['start-server', ';', ...harmless, ';', ...session, ...viewer(runDirectory, pid)]);
        },
        dismiss,
      };
    },
    async destroy(runDirectory) {
      await tmux(['kill-session', '-t', tmuxTarget(runId(basename(runDirectory)))]);
      await hostVerbs.destroy(runDirectory);
    },
  };
}

/** Follows the transcript and the messages until the host is gone; then the terminal closes. */
function viewer(runDirectory: string, hostPid: number): readonly string[] {
  const files = [join(runDirectory, 'transcript.log'), messagesPath(runDirectory)];
  return ['tail', '-q', '-n', '+1', '-F', `--pid=${hostPid}`, '--', ...files];
}

/** What was to be removed is not there, or what was to be made is. */
function isGone(stderr: string): boolean {
  return /no server running|can't find session|duplicate session|error connecting|no such file/i.test(stderr);
}
