import { join } from 'node:path';

import type { SetupEntry } from '../../domain/setup/kept.ts';
import { readJsonSafely, type Reading } from './safe-read.ts';

/** What setups made, as `REPOSITORY/KEY/` with one copy for each path, numbered from 0, and this file beside them. */
export const SETUP_ENTRY_FILE = 'entry.json';
const ENTRY_BYTES_MAX = 200_000; // some paths, each as long as a path can be

/** Where what setups made is kept. */
export function setupCacheOf(home: string): string {
  return join(home, 'cache', 'setup');
}

/** What an entry says of itself. */
export async function readSetupEntry(path: string): Promise<Reading<SetupEntry>> {
  const { setupEntrySchema } = await import('../../domain/setup/kept.ts'); // a run without a setup never needs it
  return readJsonSafely(join(path, SETUP_ENTRY_FILE), ENTRY_BYTES_MAX, setupEntrySchema);
}

const KEY = /^[0-9a-f]{64}$/;
const DRAFT = /^\.[0-9a-f]{64}\.[0-9a-f-]{36}$/;

/** `draft`: half made or half removed; null for a name that is none of ours. */
export function setupEntryKind(name: string): 'entry' | 'draft' | null {
  if (KEY.test(name)) return 'entry';
  return DRAFT.test(name) ? 'draft' : null;
}

/** The name of what is on its way to be an entry, or out of being one. */
export function setupDraftName(key: string, id: string): string {
  return `.${key}.${id}`;
}
