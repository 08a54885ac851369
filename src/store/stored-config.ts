import { z } from 'zod';

import { repositoryConfigSchema, type KnownConfig } from '../domain/policy/repository-config.ts';
import { parseStoredJson } from './stored.ts';

/** The text in which every store keeps what is known of a configuration. */
export function knownConfigToJson(known: KnownConfig): string {
  return JSON.stringify(known);
}

/**
 * What is known, of such a text; null for one of a version whose configurations meant something else: then it is read anew
 * before the next run.
 */
export function knownConfigFromJson(text: string, repositoryId: number): KnownConfig | null {
  const { config, mistakes } = parseStoredJson(stored, text, `the configuration of repository ${repositoryId}`);
  if (config === null) return { config: null, mistakes };
  const read = repositoryConfigSchema.safeParse(config);
  return read.success ? { config: read.data, mistakes } : null;
}

const stored = z.strictObject({
  config: z.record(z.string(), z.unknown()).nullable(),
  mistakes: z.array(z.strictObject({ line: z.number(), column: z.number(), sentence: z.string() })),
});
