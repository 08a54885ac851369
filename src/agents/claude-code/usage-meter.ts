import type { Usage } from '../../domain/run/conversation.ts';
import type { ModelUsage, ResultMessage, TokenUsage } from './messages.ts';

const MICRO_USD = 1_000_000;

/** Counts what this run alone uses, and what the whole conversation has used, out of what the program tells. */
export class UsageMeter {
  /** Of the whole conversation, as the program counts it. */
  total: Usage;
  #used: Usage = { costMicroUsd: null, tokens: null };
  #reply = ''; // whose count is in hand: one reply comes in pieces, each with the count so far
  #replyTokens = 0;
  #unsettled = 0; // tokens of replies that no result has told yet

  constructor(total: Usage | null) {
    this.total = total ?? { costMicroUsd: null, tokens: null };
  }

  /** Of this run. */
  get used(): Usage {
    const open = this.#unsettled + this.#replyTokens;
    const { costMicroUsd, tokens } = this.#used;
    return { costMicroUsd, tokens: tokens === null && open === 0 ? null : (tokens ?? 0) + open };
  }

  /** Replies tell their tokens as they come, so that a long turn is not blind; the turn's result settles them. */
  addReply(id: string, usage: TokenUsage): void {
    if (id !== this.#reply) {
      this.#unsettled += this.#replyTokens;
      this.#reply = id;
      this.#replyTokens = 0;
    }
    this.#replyTokens = Math.max(
      this.#replyTokens,
      (usage.input_tokens ?? 0) +
        (usage.output_tokens ?? 0) +
        (usage.cache_creation_input_tokens ?? 0) +
        (usage.cache_read_input_tokens ?? 0),
    );
  }

  /**
   * A result tells the total of the whole conversation, and since some version what is new in it. A total below the one that
   * we knew was counted anew (a killed run did not save its own, a failed start tells zero); then all of it is new.
   */
  addResult(result: ResultMessage): void {
    const told: Usage = {
      costMicroUsd: result.total_cost_usd === undefined ? null : Math.round(result.total_cost_usd * MICRO_USD),
      tokens: result.modelUsage === undefined ? null : tokensOf(result.modelUsage),
    };
    const fresh = result.model_usage_since_last_result;
    const before = this.used;
    const tokens = fresh === undefined ? difference(told.tokens, this.total.tokens) : tokensOf(fresh);
    const cost = fresh === undefined ? difference(told.costMicroUsd, this.total.costMicroUsd) : costOf(fresh);
    this.#used = {
      costMicroUsd: sum(this.#used.costMicroUsd, cost),
      tokens: most(sum(this.#used.tokens, tokens), before.tokens),
    };
    this.#unsettled = 0;
    this.#replyTokens = 0;
    this.total = {
      costMicroUsd: most(this.total.costMicroUsd, told.costMicroUsd),
      tokens: most(this.total.tokens, told.tokens),
    };
  }
}

function tokensOf(models: ModelUsage): number {
  return Object.values(models).reduce(
    (all, model) =>
      all +
      (model.inputTokens ?? 0) +
      (model.outputTokens ?? 0) +
      (model.cacheReadInputTokens ?? 0) +
      (model.cacheCreationInputTokens ?? 0),
    0,
  );
}

function costOf(models: ModelUsage): number {
  return Math.round(Object.values(models).reduce((all, model) => all + (model.costUSD ?? 0), 0) * MICRO_USD);
}

function difference(now: number | null, before: number | null): number | null {
  if (now === null) return null;
  return before === null || now < before ? now : now - before;
}

function sum(one: number | null, other: number | null): number | null {
  return one === null ? other : one + (other ?? 0);
}

function most(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
