import { z } from 'zod';

import { scopes, type Reservation } from '../domain/budget/budget.ts';
import { parseStoredJson } from './stored.ts';

export const bound = z.enum(['run', ...scopes]);

/** A reservation as every store keeps it. */
export const storedReservation: z.ZodType<Reservation> = z.strictObject({
  ...{ costMicroUsd: z.number(), tokens: z.number(), agentMs: z.number() },
  bounds: z.strictObject({ costMicroUsd: bound, tokens: bound, agentMs: bound }),
});

/** The reservation of such a text. */
export function reservationFromJson(text: string): Reservation {
  return parseStoredJson(storedReservation, text, 'a reservation');
}
