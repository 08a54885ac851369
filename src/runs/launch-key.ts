import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '../lib/errors.ts';
import { createFileOnce } from './run-directory/create-file.ts';

const KEY_BYTES = 32;

/** The home's own key: made at the first start, kept in `REEVE_HOME/key` for its owner only, and the same ever after. */
export async function openLaunchKey(home: string): Promise<Buffer> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const path = join(home, 'key');
  await createFileOnce(path, randomBytes(KEY_BYTES).toString('hex'));
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
  if (key.length !== KEY_BYTES) {
    throw new UserError(
      'home-unwritable',
      `${path} is damaged. Remove it and start again; runs of before are then lost.`,
    );
  }
  return key;
}
