import type { Usage } from '../../domain/run/conversation.ts';
import type { ModelUsage, ResultMessage, TokenUsage } from './messages.ts';

const MICRO_USD = 1_000_000;

const nothing: Usage = { costMicroUsd: null, tokens: null };

/** Counts what this run alone uses, and what the whole conversation has used, out of what the program tells. */
export class UsageMeter {
  #before: Usage; // of the conversation, when this run began
  #base: Usage; // what the program's next total is held against
  #used: Usage = nothing;
  #reply = ''; // whose count is in hand: one reply comes in pieces, each with the count so far
  #replyTokens = 0;
  #unsettled = 0; // tokens of replies that no result has told yet

  constructor(total: Usage | null) {
    this.#before = total ?? nothing;
    this.#base = this.#before;
  }

  /** Of the whole conversation. */
  get total(): Usage {
    return {
      costMicroUsd: sum(this.#before.costMicroUsd, this.#used.costMicroUsd),
      tokens: sum(this.#before.tokens, this.#used.tokens),
    };
  }

  /** Of this run. */
  get used(): Usage {
    const open = this.#unsettled + this.#replyTokens;
    const { costMicroUsd, tokens } = this.#used;
    return { costMicroUsd, tokens: tokens === null && open === 0 ? null : (tokens ?? 0) + open };
  }

  /** The conversation began anew: its past is gone. */
  forget(): void {
    this.#before = nothing;
    this.#base = nothing;
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
   * A result tells a total, and since some version what is new in it. The total is of the whole conversation, or of this
   * process alone (2.1.197, or after a run that was killed before it saved its own): then it is too small to hold what we saw
   * used before, and all of it is new.
   */
  addResult(result: ResultMessage): void {
    const told: Usage = {
      costMicroUsd: result.total_cost_usd === undefined ? null : Math.round(result.total_cost_usd * MICRO_USD),
      tokens: result.modelUsage === undefined ? null : tokensOf(result.modelUsage),
    };
    const fresh = result.model_usage_since_last_result;
    const before = this.used;
    const open = this.#unsettled + this.#replyTokens;
    if (isBelow(told.tokens, this.#base.tokens, open) || isBelow(told.costMicroUsd, this.#base.costMicroUsd, 0)) {
      this.#base = nothing;
    }
    const tokens = fresh === undefined ? difference(told.tokens, this.#base.tokens) : tokensOf(fresh);
    const cost = fresh === undefined ? difference(told.costMicroUsd, this.#base.costMicroUsd) : costOf(fresh);
    this.#base = told;
    this.#used = {
      costMicroUsd: sum(this.#used.costMicroUsd, cost),
      tokens: most(sum(this.#used.tokens, tokens), before.tokens),
    };
    this.#unsettled = 0;
    this.#replyTokens = 0;
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
  return now - (before ?? 0);
}

function isBelow(now: number | null, before: number | null, since: number): boolean {
  return now !== null && before !== null && now < before + since;
}

function sum(one: number | null, other: number | null): number | null {
  return one === null ? other : one + (other ?? 0);
}

function most(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
