import { z } from 'zod';

import { HOST_CHARACTERS_MAX } from '../domain/run/schema.ts';
import type { Redactor } from '../lib/redact.ts';

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

/** Without secrets, and no longer than whoever reads the events takes: what takes a secret's place may be longer than it. */
export function redactedHost({ host, ...rest }: RefusedHost, redact: Redactor): RefusedHost {
  return { ...rest, host: redact(host).slice(0, HOST_CHARACTERS_MAX) };
}
