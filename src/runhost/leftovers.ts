import { resolve } from 'node:path';

import { exec, type ExecResult } from '../lib/exec.ts';
import { messageOf } from '../lib/errors.ts';

const GIT_MS_MAX = 60_000; // a large repository takes seconds
const GIT_OUTPUT_BYTES_MAX = 1_000_000;
const DETAIL_CHARACTERS_MAX = 300;

// The repository is the agent's: none of its hooks, and nothing that would wait for a person.
export const agentGitOptions = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'commit.gpgSign=false',
  'core.editor=true',
];

/** What became of the changes that the agent did not commit. */
export type Leftovers = { readonly outcome: 'committed' | 'nothing' | 'failed'; readonly detail: string };

type Where = {
  /** Wraps a command in the run's sandbox. */
  readonly sandboxed: (argv: readonly [string, ...string[]]) => readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
};
type Commit = { readonly name: string; readonly email: string; readonly message: string };

/** Commits everything the agent left uncommitted, inside its sandbox: git in its tree runs what it configured. */
export async function commitLeftovers({ sandboxed, cwd, environment }: Where, commit: Commit): Promise<Leftovers> {
  const identity = {
    GIT_AUTHOR_NAME: commit.name,
    GIT_AUTHOR_EMAIL: commit.email,
    GIT_COMMITTER_NAME: commit.name,
    GIT_COMMITTER_EMAIL: commit.email,
    GIT_TERMINAL_PROMPT: '0',
  };
  const git = async (...args: string[]): Promise<string> => {
    const [program, ...rest] = sandboxed(['git', ...agentGitOptions.flatMap((option) => ['-c', option]), ...args]);
    const result = await exec(program, rest, {
      cwd,
      env: { ...environment, ...identity },
      timeoutMs: GIT_MS_MAX,
      outputBytesMax: GIT_OUTPUT_BYTES_MAX,
    });
    if (result.exitCode !== 0 && result.endedBecause !== 'output-too-large') throw new Error(whyFailed(args, result));
    return result.stdout;
  };
  // Nobody is left to hold it: a git of the agent was killed with it, and would block ours and that of the next run.
  const removeStaleLock = async (): Promise<void> => {
    const path = (await git('rev-parse', '--git-path', 'index.lock')).trimEnd(); // elsewhere than in `.git` for a worktree
    const [program, ...rest] = sandboxed(['rm', '-f', '--', resolve(cwd, path)]);
    await exec(program, rest, { cwd, env: environment, timeoutMs: GIT_MS_MAX, outputBytesMax: GIT_OUTPUT_BYTES_MAX });
  };
  try {
    await removeStaleLock();
    if ((await git('status', '--porcelain', '-z', '--untracked-files=normal')) === '') {
      return { outcome: 'nothing', detail: '' };
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--no-verify', '--allow-empty', '--message', commit.message);
    return { outcome: 'committed', detail: '' };
  } catch (error) {
    return { outcome: 'failed', detail: messageOf(error).slice(0, DETAIL_CHARACTERS_MAX) };
  }
}

function whyFailed(args: readonly string[], result: ExecResult): string {
  const how = result.endedBecause ?? result.stderr.trim().split('\n').at(-1) ?? `exit code ${result.exitCode}`;
  return `git ${args[0]}: ${how}`;
}
