import { z } from 'zod';

/** A delay beyond this outlives every client's patience and would only hold the emulator up. */
const delayMsMax = 120_000;
const ms = z.number().int().min(0).max(delayMsMax);

/** When a fault strikes, of those requests or deliveries that it matches. */
const occasion = {
  /** How many of them; null: all. */
  times: z.number().int().min(1).nullable().default(1),
  /** How many to let pass first. */
  skip: z.number().int().min(0).default(0),
  /** The chance of each; drawn from the registry's seed. */
  probability: z.number().min(0).max(1).default(1),
};

const requests = {
  ...occasion,
  method: z.string().min(1).optional(),
  /** `*` stands for anything within a segment, `**` for anything. Without it: every path. */
  path: z.string().startsWith('/').or(z.literal('**')).optional(),
};

const deliveries = {
  ...occasion,
  event: z.string().min(1).optional(),
  action: z.string().min(1).optional(),
};

/** Before: the request has no effect. After: it had its effect, and the caller does not hear of it. */
const when = z.enum(['before', 'after']).default('before');

/** One scripted misbehaviour, as JSON. Unknown keys are refused. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    ...requests,
    when,
    status: z.number().int().min(400).max(599),
    message: z.string().optional(),
    retryAfterSeconds: z.number().int().min(0).optional(),
  }),
  z.strictObject({ kind: z.literal('reset'), ...requests, when }),
  z.strictObject({ kind: z.literal('cut'), ...requests, bytes: z.number().int().min(0).default(10) }),
  z.strictObject({ kind: z.literal('delay'), ...requests, ms }),
  z.strictObject({ kind: z.literal('stale'), ...requests, ms: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('drop-delivery'), ...deliveries, isLogged: z.boolean().default(true) }),
  z.strictObject({
    kind: z.literal('duplicate-delivery'),
    ...deliveries,
    copies: z.number().int().min(2).max(10).default(2),
  }),
  z.strictObject({ kind: z.literal('delay-delivery'), ...deliveries, ms }),
  z.strictObject({ kind: z.literal('reorder-delivery'), ...deliveries, holdMs: ms.default(1000) }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

export type DeliveryFault = Extract<Fault, { kind: `${string}-delivery` }>;
export type RequestFault = Exclude<Fault, DeliveryFault>;

/** Whether a fault is for a request. */
export function matchesRequest(
  fault: Fault,
  request: { readonly method: string; readonly path: string },
): fault is RequestFault {
  if (isDeliveryFault(fault)) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method.toUpperCase()) return false;
  return fault.path === undefined || patternOf(fault.path).test(request.path);
}

/** Whether a fault is for a delivery. */
export function matchesDelivery(
  fault: Fault,
  delivery: { readonly event: string; readonly action: string | null },
): fault is DeliveryFault {
  if (!isDeliveryFault(fault)) return false;
  return (fault.event ?? delivery.event) === delivery.event && (fault.action ?? delivery.action) === delivery.action;
}

function isDeliveryFault(fault: Fault): fault is DeliveryFault {
  return fault.kind.endsWith('-delivery');
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\*+)/)
    .map((part) => {
      if (part === '*') return '[^/]*';
      return part.startsWith('*') ? '.*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    })
    .join('');
  return new RegExp(`^${source}$`);
}
