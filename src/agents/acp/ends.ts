import type { ConversationEnd } from '../../domain/run/conversation.ts';
import { clipToLine } from '../clip.ts';
import { amountOf, fieldsOf, textOf, type Fields } from './untrusted.ts';

const DETAIL_CHARACTERS_MAX = 500; // a sentence or two
const WAIT_MS_MAX = 7 * 24 * 3_600_000; // a week: no limit of a provider lasts longer

const AUTHENTICATION_REQUIRED = -32000;

/** How a turn ended that the agent answered: null when it did its turn and said so. */
export function endOfTurn(answer: Fields): ConversationEnd | null {
  switch (answer['stopReason']) {
    case 'end_turn':
      return null;
    case 'refusal':
      return { kind: 'refused', detail: 'The model refused.' };
    case 'max_tokens':
      return { kind: 'context-full', detail: 'The model reached its limit of tokens.' };
    case 'max_turn_requests':
      return { kind: 'model-failed', detail: 'It was stopped: it asked the model too often, or went in circles.' };
    case 'cancelled':
      return { kind: 'crashed', detail: 'Its turn was cancelled, and not by us.' };
    default:
      return { kind: 'crashed', detail: 'It ended its turn without a reason that the protocol knows.' };
  }
}

type Failure = { readonly code: unknown; readonly message: unknown; readonly data: unknown };

/**
 * How a turn ended that the agent answered with an error. Some programs give the model's status as the code of the error
 * (Gemini), others only the model's words (OpenCode): then the words of the error decide, never those of the agent.
 */
export function endOfFailure({ code, message, data }: Failure, now: number): ConversationEnd {
  const words = wordsOf({ message, data });
  const detail = clipToLine(words || 'It gave no reason.', DETAIL_CHARACTERS_MAX);
  const status = amountOf(code) ?? statusIn(data);
  const name = textOf(fieldsOf(data)['errorName']);
  if (name === 'ContextOverflowError' || contextFull.test(words)) return { kind: 'context-full', detail };
  if (status === 402 || outOfCredit.test(words)) return { kind: 'out-of-credit', detail };
  if (status === 429) return { kind: 'rate-limited', until: untilIn(words, now), detail };
  if (code === AUTHENTICATION_REQUIRED || status === 401 || status === 403)
    return { kind: 'not-authenticated', detail };
  if (status === null && rateLimited.test(words)) return { kind: 'rate-limited', until: untilIn(words, now), detail };
  if (status === null && notAuthenticated.test(words)) return { kind: 'not-authenticated', detail };
  return { kind: 'model-failed', detail };
}

const contextFull =
  /context (length|window|limit)|prompt is too long|maximum context|exceeds the maximum number of tokens|too many tokens/i;
const outOfCredit =
  /\b402\b|payment required|insufficient (credit|funds|balance|quota)|insufficient_quota|credit balance|billing|out of credits?/i;
const rateLimited = /\b429\b|rate.?limit|too many requests|resource.?exhausted|quota|usage limit/i;
const notAuthenticated =
  /\b40[13]\b|unauthori[sz]ed|authentication|api.?key|permission denied|forbidden|invalid credentials/i;

export function wordsOf({ message, data }: Pick<Failure, 'message' | 'data'>): string {
  const details = textOf(fieldsOf(data)['details']) ?? textOf(data) ?? '';
  return [textOf(message) ?? '', details]
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 4000);
}

function statusIn(data: unknown): number | null {
  const fields = fieldsOf(data);
  return amountOf(fields['statusCode']) ?? amountOf(fields['status']) ?? amountOf(fields['httpStatus']);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** "retry after 20 s", "try again in 1.5 minutes", `"retryDelay": "30s"`. */
function untilIn(words: string, now: number): number | null {
  const told = /(?:retry|again|retryDelay)\W{1,6}(?:after|in)?\W{0,4}(\d{1,9}(?:\.\d{1,3})?)\s?(ms|s|m|h)/i.exec(words);
  const unit = units[told?.[2]?.toLowerCase() ?? ''];
  if (told?.[1] === undefined || unit === undefined) return null;
  const waitMs = Math.ceil(Number(told[1]) * unit);
  return waitMs <= WAIT_MS_MAX ? now + waitMs : null;
}
