import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const FILES_MAX = 20;
const FILE_CHARACTERS_MAX = 1_000_000; // settings and instructions; nothing that an adapter writes comes near

const plainName = /^(?:\.?[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\/)?\.?[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/; // or in one directory

/** Writes what the agent's program reads. Its directory is made by us, in the run directory, where no agent can put a link. */
export async function writeAgentFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(files);
  if (entries.length === 0) return;
  if (entries.length > FILES_MAX)
    throw new Error(`An adapter wants ${entries.length} files; ${FILES_MAX} are allowed.`);
  for (const [name, text] of entries) {
    if (!plainName.test(name)) throw new Error(`Not the plain name of a file: ${name}`);
    if (text.length > FILE_CHARACTERS_MAX) throw new Error(`${name} is too long.`);
    await mkdir(dirname(join(directory, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(directory, name), text, { mode: 0o400, flag: 'wx' });
  }
}
