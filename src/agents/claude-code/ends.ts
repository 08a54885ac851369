import type { ConversationEnd } from '../../domain/run/conversation.ts';
import { clipToLine } from '../clip.ts';
import type { ResultMessage } from './messages.ts';

/** What was heard before a turn's result that says more about its failure. */
export type Clues = {
  /** The kind of the last failure, as the program itself names it. */
  readonly error: string | null;
  /** When the provider's limit ends, epoch ms. */
  readonly limitedUntil: number | null;
};

const DETAIL_CHARS_MAX = 300; // a sentence or two

const authenticationErrors: readonly unknown[] = [
  'authentication_failed',
  'oauth_org_not_allowed',
  'account_on_hold',
  'verification_required',
  'cloud_credential_error',
];
const fullReasons: readonly unknown[] = ['prompt_too_long', 'blocking_limit', 'rapid_refill_breaker'];
const modelReasons: readonly unknown[] = ['api_error', 'model_error', 'image_error', 'malformed_tool_use_exhausted'];
const HTTP = { unauthorized: 401, outOfCredit: 402, forbidden: 403, tooLarge: 413, tooMany: 429 };

/** How a turn ended. A result that calls itself a success may be a failure: `is_error` counts, and then who failed. */
export function endOf(result: ResultMessage, clues: Clues, wasInterrupted: boolean): ConversationEnd {
  const reason = result.terminal_reason;
  const detail = clipToLine(result.errors?.join(' ') || result.result || result.subtype, DETAIL_CHARS_MAX);
  if (wasInterrupted && (reason === 'aborted_streaming' || reason === 'aborted_tools')) return { kind: 'interrupted' };
  if (result.stop_reason === 'refusal') return { kind: 'refused', detail };
  if (!result.is_error && result.subtype === 'success') return { kind: 'success' };

  const status = result.api_error_status;
  if (fullReasons.includes(reason) || status === HTTP.tooLarge) return { kind: 'context-full', detail };
  if (result.api_error === 'max_output_tokens' && /context window/i.test(detail))
    return { kind: 'context-full', detail };
  if (status === HTTP.outOfCredit || clues.error === 'billing_error') return { kind: 'out-of-credit', detail };
  if (status === HTTP.tooMany || clues.error === 'rate_limit') {
    return { kind: 'rate-limited', until: clues.limitedUntil, detail };
  }
  if (status === HTTP.unauthorized || status === HTTP.forbidden || authenticationErrors.includes(clues.error)) {
    return { kind: 'not-authenticated', detail };
  }
  if (modelReasons.includes(reason) || typeof status === 'number') return { kind: 'model-failed', detail };
  return wasInterrupted ? { kind: 'interrupted' } : { kind: 'crashed', detail };
}
