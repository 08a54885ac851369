import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Puts `reeve-agent` into a directory of its own, as a script that starts the built program wherever it lies. */
export async function writeReeveAgent(directory: string, programsPath: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const command = [process.execPath, join(programsPath, 'reeve-agent.js')].map(quoted).join(' ');
  await writeFile(join(directory, 'reeve-agent'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o700 });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
