import { z } from 'zod';

import { HOST_CHARACTERS_MAX } from '../domain/run/network.ts';

const refusedSchema = z.object({
  host: z.string().max(HOST_CHARACTERS_MAX),
  port: z.number().int().nonnegative(),
  why: z.enum(['not-listed', 'private-address', 'not-a-host']),
});

/** A host that an agent asked for and did not get. */
export type RefusedHost = z.infer<typeof refusedSchema>;

/** What the proxy, which reads hostile bytes, told. Null when it is nothing that it tells. */
export function readRefusedHost(message: unknown): RefusedHost | null {
  return refusedSchema.safeParse(message).data ?? null;
}
