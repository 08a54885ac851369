import { parseRepositoryConfig } from '../config/repository/parse.ts';
import {
  CONFIG_BYTES_MAX,
  CONFIG_PATH,
  configDefault,
  type ConfigMistake,
  type KnownConfig,
  type RepositoryConfig,
} from '../domain/policy/repository-config.ts';
import type { BranchFile } from '../runs/mirror/read-files.ts';
import type { Mirror } from '../runs/mirror.ts';
import type { Repository } from '../domain/event/incoming.ts';
import type { Ports } from './ports.ts';

/** What a repository wants, as it was read last; what holds without a file where it never was. */
export async function configOf({ store }: Pick<Ports, 'store'>, repositoryId: number): Promise<RepositoryConfig> {
  return (await store.configs.get(repositoryId))?.config ?? configDefault;
}

type Wanted = { readonly repositoryId: number; readonly branch: string; readonly mirror: Mirror };

/**
 * Reads what a repository wants from its default branch as last fetched, and gives what is in force: the newest good one.
 * Mistakes are kept for the card, and told to the log when they are new. Safe to repeat: the same file comes to the same.
 */
export async function readRepositoryConfig(
  { store, log }: Pick<Ports, 'store' | 'log'>,
  { repositoryId, branch, mirror }: Wanted,
): Promise<RepositoryConfig> {
  const before = await store.configs.get(repositoryId);
  if ((await mirror.headOf(branch)) === null) return before?.config ?? configDefault; // nothing can be known yet
  const [file] = await mirror.files({
    ...{ branch, paths: [CONFIG_PATH], directories: [], bytesMax: CONFIG_BYTES_MAX },
    reads: () => true,
  });
  const { config, mistakes } = knownFrom(file, before);
  const known: KnownConfig = { config, mistakes };
  if (JSON.stringify(known) !== JSON.stringify(before)) {
    await store.configs.put(repositoryId, known);
    log.info({ repository: repositoryId, mistakes: mistakes.length }, 'The configuration of a repository was read.');
    for (const mistake of mistakes)
      log.warn({ repository: repositoryId, ...mistake }, 'The configuration of a repository has a mistake.');
  }
  return config ?? configDefault;
}

function knownFrom(file: BranchFile | undefined, before: KnownConfig | null): KnownConfig {
  if (!file) return { config: null, mistakes: [] };
  const wrong = (mistakes: readonly ConfigMistake[]): KnownConfig => ({ config: before?.config ?? null, mistakes });
  if (file.text === null) {
    const sentence = file.isFile
      ? `It is larger than ${CONFIG_BYTES_MAX / 1024} KiB; say it with fewer rules.`
      : 'It is no file of its own, but a link or a directory; put a plain file there.';
    return wrong([{ line: 1, column: 1, sentence }]);
  }
  const parsed = parseRepositoryConfig(file.text);
  return parsed.outcome === 'good' ? { config: parsed.config, mistakes: [] } : wrong(parsed.mistakes);
}

/**
 * Looks whether a repository whose configuration is known has another one by now, as when nothing starts there that would
 * have it read. One question to GitHub, and a fetch where the answer is new. Safe to repeat.
 */
export async function refreshRepositoryConfig(
  ports: Pick<Ports, 'store' | 'log' | 'github' | 'openMirror'>,
  repository: Repository,
): Promise<void> {
  const { id: repositoryId, defaultBranch: branch } = repository;
  if ((await ports.store.configs.get(repositoryId)) === null) return; // nothing was worked on there yet
  const mirror = await ports.openMirror(repositoryId);
  const head = await ports.github.headOf(repository, branch);
  if (head !== (await mirror.headOf(branch))) {
    const fetched = await mirror.fetch(await ports.github.gitAccess(repository, 'read'));
    if (fetched.outcome === 'refused') return; // the next run tells it
  }
  await readRepositoryConfig(ports, { repositoryId, branch, mirror });
}
