import { BLOCKED_MS_MAX, settled } from './admit.ts';
import type { LimitState, Primary } from './limits.ts';

const BLOCK_MS_MIN = 60_000; // GitHub asks for at least a minute when it does not say how long, and for more each time

const SAME_RESET_MS = 30_000; // GitHub names the second, and answers take their time

/** What one answer says about limits. */
export type Heard = {
  /** It refused the request for a limit: until when (epoch ms), or null when it did not say. */
  readonly limited: { readonly until: number | null } | null;
  readonly primary: (Primary & { readonly resource: string }) | null;
  /** Answered with 304, which costs nothing of the primary limit. */
  readonly isFree: boolean;
};

export const heardNothing: Heard = { limited: null, primary: null, isFree: false };

/**
 * What is known after an answer. `isAlone`: no other request was under way at any time between this one and its answer;
 * only then does its number count for more than our own, because answers do not come in the order of counting.
 */
export function heed(
  before: LimitState,
  heard: Heard,
  { now, isAlone }: { readonly now: number; readonly isAlone: boolean },
): LimitState {
  const state = settled(before, now);
  const primary = heard.primary ? { ...state.primary, ...primaryAfter(state, heard, isAlone) } : state.primary;
  if (heard.limited) return { ...state, primary, ...blockedBy(state, heard.limited.until, now) };
  // An answer to what was sent before the block says nothing about its end.
  return { ...state, primary, blocks: state.blockedUntil > now ? state.blocks : 0 };
}

/** Refusals of what was under way together are one block, not several in a row. */
function blockedBy(
  { blockedUntil, blocks }: LimitState,
  until: number | null,
  now: number,
): Pick<LimitState, 'blockedUntil' | 'blocks'> {
  const isSameBlock = blockedUntil > now && blocks > 0;
  const earlierBlocks = isSameBlock ? 0 : blocks;
  const wishedUntil = until ?? now + BLOCK_MS_MIN * 2 ** earlierBlocks;
  return {
    blockedUntil: Math.max(blockedUntil, Math.min(wishedUntil, now + BLOCKED_MS_MAX)),
    blocks: until === null && !isSameBlock ? blocks + 1 : blocks,
  };
}

function primaryAfter(state: LimitState, { primary, isFree }: Heard, isAlone: boolean): LimitState['primary'] {
  if (!primary) return {};
  const { resource, limit, remaining, resetAt } = primary;
  const believed = state.primary[resource];
  const isNewWindow = !believed || Math.abs(believed.resetAt - resetAt) > SAME_RESET_MS;
  if (isNewWindow || isAlone) return { [resource]: { limit, remaining, resetAt } };
  return { [resource]: { limit, remaining: Math.min(believed.remaining + (isFree ? 1 : 0), remaining), resetAt } };
}
