import { z } from 'zod';

import { CACHE_PATHS_MAX, isCachePath } from './schema.ts';

/** `entry.json` of what a setup made and is kept: written last, before the entry gets its name. */
export const setupEntrySchema = z.object({
  /** Epoch ms. */
  madeAt: z.number().int().nonnegative(),
  /** The commit of the default branch whose setup made it. */
  commit: z.string().max(64),
  mib: z.number().int().nonnegative(),
  /** The paths in the repository, and whether the setup made each. */
  paths: z.array(z.object({ path: z.string().max(4096), isThere: z.boolean() })).max(100),
});
export type SetupEntry = z.infer<typeof setupEntrySchema>;

/** `setup.json` of a workspace: how far its setup has come. */
export const setupMarkerSchema = z.object({
  state: z.enum(['started', 'done']),
  /** The command that it was set up with. */
  command: z.string(),
  /** No agent had worked in the workspace when it began. */
  isUntouched: z.boolean(),
  /** What it makes: nobody's work. */
  cachePaths: z.array(z.string().max(4096).refine(isCachePath)).max(CACHE_PATHS_MAX),
});
export type SetupMarker = z.infer<typeof setupMarkerSchema>;
