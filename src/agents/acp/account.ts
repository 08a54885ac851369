import type { ConversationMark, Usage } from '../../domain/run/conversation.ts';
import { amountOf, fieldsOf, type Fields } from './untrusted.ts';

const MICRO_USD = 1_000_000;

/** What the conversation has used, and what of it this run. */
export type Account = {
  /** A `usage_update`. True when something changed. */
  hearTotal(update: Fields): boolean;
  /** The tokens of one more turn. True when something changed. */
  hearTurn(tokens: number | null): boolean;
  run(): Usage;
  total(): Usage;
};

/**
 * Agents tell the cost of the whole conversation, and some the tokens of each turn. What the mark does not know of belongs
 * to a run that ended before it could tell: nobody has paid for it yet, so it counts here.
 */
export function openAccount(mark: ConversationMark | null): Account {
  const before = mark?.total ?? { costMicroUsd: null, tokens: null };
  let cost: number | null = null;
  let tokens: number | null = null;
  return {
    hearTotal(update) {
      const told = fieldsOf(update['cost']);
      const amount = amountOf(told['amount']);
      // Nothing for something: it does not know the price of its model.
      if (amount === null || told['currency'] !== 'USD' || (amount === 0 && cost === null)) return false;
      const heard = Math.max(Math.round(amount * MICRO_USD), before.costMicroUsd ?? 0);
      const isChange = heard !== cost;
      cost = heard;
      return isChange;
    },
    hearTurn(used) {
      if (used === null) return false;
      tokens = (tokens ?? 0) + Math.round(used);
      return true;
    },
    run: () => ({ costMicroUsd: cost === null ? null : cost - (before.costMicroUsd ?? 0), tokens }),
    total: () => ({
      costMicroUsd: cost ?? before.costMicroUsd,
      tokens: tokens === null ? before.tokens : tokens + (before.tokens ?? 0),
    }),
  };
}
