import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import type { SetupRequest } from '../../domain/setup/setup.ts';

const FORMAT = 1; // of an entry: to be raised when what is in one, or how it is made, means something else

type Keyed = Pick<SetupRequest, 'argv' | 'cachePaths'> & {
  readonly cache: NonNullable<SetupRequest['cache']>;
  /** The workspace shares its repository with those of other sessions, whose agents can act in this setup. */
  readonly isShared: boolean;
};

/** The name of what a setup makes: over everything that it is made from, as far as that is known before. */
export async function setupCacheKey({ argv, cachePaths, cache, isShared }: Keyed, path: string): Promise<string> {
  const made = {
    ...{ format: FORMAT, argv, cachePaths, lockFiles: cache.lockFiles, isShared },
    ...{ platform: process.platform, arch: process.arch, node: process.version },
    programs: [await programAt(argv[0], path), await programAt('node', path)],
  };
  return createHash('sha256').update(JSON.stringify(made)).digest('hex');
}

/** Which program a name means now: an upgrade of the system changes it. Null for one of the repository, or none. */
async function programAt(name: string, path: string): Promise<string | null> {
  if (name.includes('/') && !name.startsWith('/')) return null;
  const places = name.includes('/') ? [name] : path.split(delimiter).map((directory) => join(directory, name));
  for (const place of places) {
    const found = await realpath(place).catch(() => null); // not there
    const facts = found === null ? null : await stat(found).catch(() => null);
    if (facts?.isFile()) return `${found} ${facts.size} ${Math.round(facts.mtimeMs)}`;
  }
  return null;
}
