import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { AgentStart } from '../agents/agent.ts';
import type { RunRequest } from '../domain/run/run.ts';
import type { SandboxView } from '../domain/run/sandbox.ts';
import { homeOf, type RunDirectory } from '../runs/run-directory.ts';
import { toolPaths } from './tool-paths.ts';

/** Where the parts of this installation lie: the agent needs `reeve-agent`, node and what they load. */
export type Installation = {
  /** Absolute path of the built programs (`dist/bin`). */
  readonly programsPath: string;
  /** The operator's own home directory. */
  readonly operatorHome: string;
};

// Other people's files and sockets live in these.
const emptied = ['/tmp', '/var/tmp'];
const hiddenAlways = ['/run'];
const homes = ['/home', '/root'];
// Name resolution, and on some systems the programs themselves, point into /run.
const keptInRun = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager', '/run/current-system'];
// Never shown again, not even to an agent whose command names them.
const credentials = [
  ...['.ssh', '.gnupg', '.aws', '.azure', '.docker', '.kube', '.config/gh', '.config/gcloud'],
  ...['.netrc', '.git-credentials', '.config/git/credentials', '.npmrc', '.pypirc', '.cargo/credentials.toml'],
  ...['.pgpass', '.vault-token', '.terraform.d', '.m2/settings.xml', '.gem/credentials', '.bash_history'],
];

type Seen = {
  readonly request: RunRequest;
  readonly start: AgentStart;
  readonly directory: RunDirectory;
  /** Its ways out of the sandbox. */
  readonly doors: readonly { readonly readablePaths: readonly string[] }[];
  /** The operator's PATH: some of its programs lie in a home directory. */
  readonly path: string;
};

/** What this run's agent may see and change. Rejects when its workspace is not there. */
export async function sandboxView(
  { request, start, directory, doors, path }: Seen,
  installation: Installation,
): Promise<SandboxView> {
  const secret = await existing([
    ...hiddenAlways,
    homeOf(directory),
    ...request.hiddenPaths,
    ...credentials.map((name) => join(installation.operatorHome, name)),
  ]);
  const homeDirectories = await existing([...homes, installation.operatorHome]);
  const hidden = outermost([...homeDirectories, ...secret].filter((entry) => !['/', ...emptied].includes(entry.path)));
  const programs = await existing([process.execPath, ...start.argv.filter((part) => part.startsWith('/'))]);
  const packages = await existing(programs.flatMap((program) => packagesOf(program.path)));
  const installed = ['.', '../node_modules', '../package.json'].map((name) =>
    join(installation.programsPath, '..', name),
  );
  const tools = [...packages, ...(await existing(toolPaths(path, installation.operatorHome)))];
  const readable = await existing([
    ...keptInRun,
    ...installed,
    ...request.readablePaths,
    ...doors.flatMap(({ readablePaths }) => readablePaths),
    directory.prompt,
    directory.programs,
    directory.agentFiles,
  ]);
  const writable = await Promise.all(
    [
      ...['repo', 'home', 'tmp'].map((name) => join(request.workspacePath, name)),
      directory.output,
      ...(request.writablePaths ?? []),
    ].map((path) => realpath(path)),
  );
  return {
    workingDirectory: await realpath(join(request.workspacePath, 'repo')),
    hasNetwork: request.network === 'open',
    emptyDirectories: (await existing(emptied)).map((entry) => entry.path),
    hiddenDirectories: hidden.filter((entry) => entry.isDirectory).map((entry) => entry.path),
    hiddenFiles: hidden.filter((entry) => !entry.isDirectory).map((entry) => entry.path),
    readablePaths: [
      ...programs.filter((entry) => !entry.isDirectory && !secret.some((one) => isUnder(entry.path, one.path))),
      ...tools.filter((entry) => !isInOrAround(entry, secret) && !isAround(entry, homeDirectories)),
      ...readable,
    ].map((entry) => entry.path),
    writablePaths: writable,
  };
}

/** Where a command that a package brought finds the rest of it. */
function packagesOf(program: string): readonly string[] {
  const [before, inside] = program.split('/node_modules/', 2);
  return inside === undefined ? [] : [`${before}/node_modules`];
}

/** Without those that lie in another: what is in an empty directory is hidden with it. */
function outermost(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(
    ({ path }, index) =>
      !entries.some(
        (other, at) => (at < index && other.path === path) || (other.path !== path && isUnder(path, other.path)),
      ),
  );
}

type Entry = { readonly path: string; readonly isDirectory: boolean };

/** Those that exist, resolved: a sandbox can only be told about what is there. */
async function existing(paths: readonly string[]): Promise<Entry[]> {
  const entries = await Promise.all(
    paths.map(async (path) => {
      try {
        const resolved = await realpath(path);
        return [{ path: resolved, isDirectory: (await stat(resolved)).isDirectory() }];
      } catch (error) {
        if (isOutOfReach(error)) return [];
        throw error;
      }
    }),
  );
  return entries.flat();
}

/** Not there, or where we may not look: then the agent, who is nobody else, may not either. */
function isOutOfReach(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(code);
}

function isInOrAround(entry: Entry, others: readonly Entry[]): boolean {
  return others.some((one) => isUnder(entry.path, one.path)) || isAround(entry, others);
}

/** Whether showing it would show one of the others. */
function isAround(entry: Entry, others: readonly Entry[]): boolean {
  return others.some((one) => isUnder(one.path, entry.path));
}

function isUnder(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? directory : `${directory}/`);
}
