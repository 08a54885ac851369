import { z } from 'zod';

import { setupSteps, type SetupRequest } from './setup.ts';

export const LOCK_FILES_MAX = 500; // a large repository of many packages; one with more has no cache
export const CACHE_PATHS_MAX = 20; // each is copied by a program of its own
const LIMIT_MS_MAX = 86_400_000; // a day, as for a run
const PATH_CHARACTERS_MAX = 4096; // the longest path that Linux follows

/** A path below the repository, in plain characters: nothing in it means something to git's patterns or leads outside. */
export const cachePathShape = /^(?!\.git(?:\/|$))(?!-)[A-Za-z0-9._@+-]+(?:\/[A-Za-z0-9._@+-]+)*$/;
const isInside = (path: string): boolean => path.split('/').every((name) => !['.', '..', '.git'].includes(name));

export const isCachePath = (path: string): boolean => cachePathShape.test(path) && isInside(path);

/** Part of `request.json`. */
export const setupRequestSchema = z.strictObject({
  argv: z.tuple([z.string().min(1)], z.string()),
  cachePaths: z.array(z.string().max(PATH_CHARACTERS_MAX).refine(isCachePath, 'is no path')).max(CACHE_PATHS_MAX),
  wallMs: z.number().int().positive().max(LIMIT_MS_MAX),
  isUntouched: z.boolean(),
  cache: z
    .strictObject({
      repositoryId: z.number().int().positive(),
      commit: z.string().regex(/^[0-9a-f]{40,64}$/),
      lockFiles: z
        .array(
          z.strictObject({ path: z.string().max(PATH_CHARACTERS_MAX), object: z.string().regex(/^[0-9a-f]{40,64}$/) }),
        )
        .min(1)
        .max(LOCK_FILES_MAX),
    })
    .nullable(),
}) satisfies z.ZodType<SetupRequest>;

export const setupStepSchema = z.enum(setupSteps);
