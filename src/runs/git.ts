import { exec, type ExecResult } from '../lib/exec.ts';
import { messageOf, UserError } from '../lib/errors.ts';

const LOCAL_TIMEOUT_MS = 2 * 60_000; // reading and writing objects on our own disk, even of a large repository
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024; // far above the diff of anything that may be pushed; keeps memory flat

export type GitOptions = {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly outputBytesMax?: number;
  /** Sent to this URL's host only. It travels in the environment of this one process: never in an argument, never on disk. */
  readonly credential?: GitCredential;
  /** More settings for this one call, `name=value`. */
  readonly settings?: readonly string[];
  /** An index of our own for this one call, absolute; never one that an agent can write to. */
  readonly indexPath?: string;
};

export type GitCredential = {
  readonly url: string;
  /** The whole value of the `Authorization` header, e.g. `Basic …`. */
  readonly authorization: string;
};

/** Our own git: for repositories that we made ourselves, never inside one that an agent can write to. */
export type Git = {
  /** Runs git to its end and gives its output. Any end but exit code 0 throws `GitError`. */
  output(gitDir: string, args: readonly string[], options?: GitOptions): Promise<string>;
  /** The same, for a caller who reads the failure: gives whatever came out. */
  attempt(gitDir: string, args: readonly string[], options?: GitOptions): Promise<ExecResult>;
};

/** Git ended badly where it should not have: a bug, a broken disk, or a repository beyond our limits. */
export class GitError extends Error {
  readonly result: ExecResult;

  constructor(command: string, result: ExecResult) {
    super(`git ${command}: ${result.endedBecause ?? `exit code ${result.exitCode}`}: ${lastLines(result.stderr)}`);
    this.name = 'GitError';
    this.result = result;
  }
}

// What a repository, a system or a user could have configured to run a program, to ask a question or to skip a check.
const hardening: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.symlinks=false',
  'core.sshCommand=/bin/false',
  'core.askPass=/bin/false',
  'core.editor=/bin/false',
  'core.pager=cat',
  'core.logAllRefUpdates=false',
  'core.fsync=committed',
  'credential.helper=',
  'diff.external=',
  'log.showSignature=false',
  'commit.gpgSign=false',
  'push.gpgSign=false',
  'push.recurseSubmodules=no',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'fetch.writeCommitGraph=false',
  'transfer.fsckObjects=true',
  'transfer.credentialsInUrl=die',
  'protocol.ext.allow=never',
  'safe.bareRepository=explicit',
  'gc.auto=0',
  'maintenance.auto=false',
  'core.filesRefLockTimeout=10000',
  'core.packedRefsTimeout=10000',
  // A redirect would carry the credential to wherever it points; a renamed repository has a new name that we can ask for.
  'http.followRedirects=false',
  'http.lowSpeedLimit=1000',
  'http.lowSpeedTime=60',
];

/**
 * `environment` holds `PATH`, and what the network needs (proxies, certificates) where it needs anything; git sees nothing else
 * of ours and reads no configuration of the system or of a user.
 */
export function createGit({ environment }: { readonly environment: Readonly<Record<string, string>> }): Git {
  const attempt: Git['attempt'] = async (gitDir, args, options = {}) => {
    const settings = [...hardening, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting]);
    try {
      const result = await exec('git', [...settings, `--git-dir=${gitDir}`, ...args], {
        env: {
          ...environment,
          ...profile,
          ...credentialEnvironment(options.credential),
          ...(options.indexPath === undefined ? {} : { GIT_INDEX_FILE: options.indexPath }),
        },
        timeoutMs: options.timeoutMs ?? LOCAL_TIMEOUT_MS,
        outputBytesMax: options.outputBytesMax ?? OUTPUT_BYTES_MAX,
        ...(options.input === undefined ? {} : { input: options.input }),
      });
      // A git that was quick to end well may have been cut short all the same: what it gave is not whole.
      return result.endedBecause === null ? result : { ...result, exitCode: null };
    } catch (error) {
      throw new UserError(
        'program-missing',
        `git could not be started (${messageOf(error)}). Install git 2.39 or newer.`,
        {
          cause: error,
        },
      );
    }
  };
  return {
    attempt,
    async output(gitDir, args, options) {
      const result = await attempt(gitDir, args, options);
      if (result.exitCode !== 0) throw new GitError(args[0] ?? '', result);
      return result.stdout;
    },
  };
}

const profile: Readonly<Record<string, string>> = {
  LC_ALL: 'C', // we read git's messages
  HOME: '/nonexistent', // no .netrc, no configuration
  XDG_CONFIG_HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_SSH_COMMAND: '/bin/false',
  GIT_ALLOW_PROTOCOL: 'http:https:file',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
};

function credentialEnvironment(credential: GitCredential | undefined): Record<string, string> {
  if (!credential) return {};
  if (/[\r\n]/.test(credential.authorization)) throw new Error('An authorization header is one line.');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(credential.url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: ${credential.authorization}`,
  };
}

const SHOWN_CHARACTERS_MAX = 500; // git and a remote can say a lot; the cause is at the end

function lastLines(text: string): string {
  return text.trim().slice(-SHOWN_CHARACTERS_MAX);
}
