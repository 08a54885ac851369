import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { UserError, messageOf } from '../lib/errors.ts';

export type EnvironmentRead = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; null when there is none. */
  readonly envFilePath: string | null;
};

/** The process's environment on top of the `.env` file of the directory, if it has one. Changes neither. */
export function readEnvironment(directory: string): EnvironmentRead {
  const path = resolve(directory, '.env');
  const file = readEnvFile(path);
  return { env: { ...file, ...process.env }, envFilePath: file && path };
}

function readEnvFile(path: string): Readonly<Record<string, string | undefined>> | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new UserError('config-invalid', `The file ${path} cannot be read (${messageOf(error)}); mend or remove it.`, {
      cause: error,
    });
  }
  return parseEnv(text);
}
