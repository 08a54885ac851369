import { z } from 'zod';

import { runId, sessionId } from '../domain/ids.ts';
import type { Suspicion } from '../domain/run/suspicion.ts';
import type { Sign } from '../domain/run/signs.ts';
import { parseStoredJson } from './stored.ts';

/** The text in which every store keeps a suspicion. */
export function suspicionToJson(suspicion: Suspicion): string {
  const storable: z.output<typeof stored> = suspicion; // the compiler's proof that all of it can be read back
  return JSON.stringify(storable);
}

/** The suspicion of such a text; `session` names it in the error when the text is none. */
export function suspicionFromJson(text: string, session: string): Suspicion {
  return parseStoredJson(stored, text, `a suspicion of ${session}`);
}

const sign = z.enum({
  ...{ 'other-boot': 'other-boot', 'host-gone': 'host-gone', unclaimed: 'unclaimed', unreadable: 'unreadable' },
  ...{ silent: 'silent', overdue: 'overdue', 'agent-gone': 'agent-gone', 'probe-failed': 'probe-failed' },
} as const satisfies { readonly [Name in Sign]: Name });

const stored = z.strictObject({
  runId: z.string().transform(runId),
  sessionId: z.string().transform(sessionId),
  sign,
  fingerprint: z.string(),
  evidence: z.string(),
  looks: z.number(),
  since: z.number(),
  lookedAt: z.number(),
  heartbeatAt: z.number().nullable(),
  isBelieved: z.boolean(),
  heldAt: z.number().nullable(),
});
