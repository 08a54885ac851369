import { plainPlan, type DeliveryPlan } from './deliveries/plan.ts';
import {
  faultSchema,
  matchesDelivery,
  matchesRequest,
  type DeliveryFault,
  type Fault,
  type FaultInput,
  type RequestFault,
} from './faults/fault.ts';
import { createRandom } from './faults/random.ts';
import { unreachable } from '../lib/never.ts';

/** What becomes of one request. Without faults: nothing special. */
export type RequestPlan = {
  /** To wait before anything else. */
  readonly delayMs: number;
  /** To fail with before the request has its effect. */
  readonly before: Failure | null;
  /** To fail with after it had its effect. */
  readonly after: Failure | null;
  /** To end the connection after so many bytes of the answer's body. */
  readonly cutAtByte: number | null;
  /** To answer a list as it was so long ago (see withoutRecent); 0: as it is. */
  readonly staleMs: number;
};

export type Failure =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      /** `retry-after`, where the fault names it. */
      readonly headers: Readonly<Record<string, string>>;
    }
  /** The connection is torn down without an answer. */
  | { readonly kind: 'reset' };

/** `left` is how often it will strike yet (null: for ever), `struck` how often it has. */
export type FaultState = {
  readonly id: number;
  readonly fault: Fault;
  readonly left: number | null;
  readonly struck: number;
};

export type Faults = {
  /** Its id. Throws a ZodError for what is no fault. */
  add(fault: FaultInput): number;
  /** One, or all. */
  clear(id?: number): void;
  /** Also those that are used up, so that a test can see that they struck. */
  list(): readonly FaultState[];
  /** The plan for a request; what is taken is used up. Of several failures the oldest strikes, delays add up. */
  take(request: { readonly method: string; readonly path: string }): RequestPlan;
  forDelivery(delivery: { readonly event: string; readonly action: string | null }): DeliveryPlan;
};

type Armed = { readonly id: number; readonly fault: Fault; left: number | null; toSkip: number; struck: number };

/** A registry of scripted misbehaviour. The same seed draws the same chances. */
export function createFaults(seed = 1): Faults {
  const armed = new Map<number, Armed>();
  const random = createRandom(seed);
  let nextId = 1;

  const strikes = (entry: Armed): boolean => {
    if (entry.left === 0) return false;
    if (entry.toSkip > 0) {
      entry.toSkip -= 1;
      return false;
    }
    if (entry.fault.probability < 1 && random() >= entry.fault.probability) return false;
    if (entry.left !== null) entry.left -= 1;
    entry.struck += 1;
    return true;
  };

  return {
    add(input) {
      const fault = faultSchema.parse(input);
      const id = nextId;
      nextId += 1;
      armed.set(id, { id, fault, left: fault.times, toSkip: fault.skip, struck: 0 });
      return id;
    },
    clear(id) {
      if (id === undefined) armed.clear();
      else armed.delete(id);
    },
    list: () => [...armed.values()].map(({ id, fault, left, struck }) => ({ id, fault, left, struck })),
    take(request) {
      let plan: RequestPlan = { delayMs: 0, before: null, after: null, cutAtByte: null, staleMs: 0 };
      for (const entry of armed.values()) {
        const { fault } = entry;
        if (!matchesRequest(fault, request) || (isFailure(fault) && hasFailed(plan))) continue;
        if (strikes(entry)) plan = withRequestFault(plan, fault);
      }
      return plan;
    },
    forDelivery(delivery) {
      let plan = plainPlan;
      for (const entry of armed.values()) {
        const { fault } = entry;
        if (matchesDelivery(fault, delivery) && strikes(entry)) plan = withDeliveryFault(plan, fault);
      }
      return plan;
    },
  };
}

function isFailure({ kind }: RequestFault): boolean {
  return kind === 'status' || kind === 'reset' || kind === 'cut';
}

function hasFailed({ before, after, cutAtByte }: RequestPlan): boolean {
  return before !== null || after !== null || cutAtByte !== null;
}

function withRequestFault(plan: RequestPlan, fault: RequestFault): RequestPlan {
  switch (fault.kind) {
    case 'status': {
      const retryAfter = fault.retryAfterSeconds;
      const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      const message = fault.message ?? defaultMessage(fault.status);
      return { ...plan, [fault.when]: { kind: 'status', status: fault.status, message, headers } };
    }
    case 'reset':
      return { ...plan, [fault.when]: { kind: 'reset' } };
    case 'cut':
      return { ...plan, cutAtByte: fault.bytes };
    case 'delay':
      return { ...plan, delayMs: plan.delayMs + fault.ms };
    case 'stale':
      return { ...plan, staleMs: Math.max(plan.staleMs, fault.ms) };
    default:
      return unreachable(fault);
  }
}

function withDeliveryFault(plan: DeliveryPlan, fault: DeliveryFault): DeliveryPlan {
  switch (fault.kind) {
    case 'drop-delivery':
      return { ...plan, copies: 0, isLogged: fault.isLogged };
    case 'duplicate-delivery':
      return { ...plan, copies: plan.copies === 0 ? 0 : fault.copies };
    case 'delay-delivery':
      return { ...plan, delayMs: plan.delayMs + fault.ms };
    case 'reorder-delivery':
      return { ...plan, holdMs: Math.max(plan.holdMs, fault.holdMs) };
    default:
      return unreachable(fault);
  }
}

function defaultMessage(status: number): string {
  const secondary = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return status === 403 || status === 429 ? secondary : 'Server Error';
}
