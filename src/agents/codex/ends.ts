import type { ConversationEnd } from '../../domain/run/conversation.ts';
import { clipToLine } from '../clip.ts';
import type { LimitWindow, TurnError, TurnOutcome } from './protocol.ts';

/** A sentence or two. */
const DETAIL_CHARS_MAX = 500;
/** The longest window of a provider is a month; a time beyond that is a mistake or a lie. */
const UNTIL_MS_MAX = 32 * 24 * 60 * 60 * 1000;

/** What else is known of the limits of the account, and what time it is. */
export type Surroundings = { readonly windows: readonly LimitWindow[]; readonly now: number };

/** How a turn ended, by what it says of itself. `heard`: the last error of the turn that it said it will not try again after. */
export function endOfTurn(turn: TurnOutcome, heard: TurnError | null, surroundings: Surroundings): ConversationEnd {
  const { error } = turn;
  switch (turn.status) {
    case 'completed':
      return error === null ? { kind: 'success' } : endOfError(error, surroundings);
    case 'failed': {
      const reason = error ?? heard;
      if (reason !== null) return endOfError(reason, surroundings);
      return { kind: 'crashed', detail: 'Its turn failed, and it did not say why.' };
    }
    case 'interrupted':
      if (error !== null) return endOfError(error, surroundings);
      return { kind: 'crashed', detail: 'It interrupted its own turn.' };
    default:
      return { kind: 'crashed', detail: `Its turn ended as ${clipToLine(turn.status, 50)}, which we do not know.` };
  }
}

/** What an error of Codex means: first by its own word for it, then by the HTTP status in it, and only then by its text. */
export function endOfError(error: TurnError, { windows, now }: Surroundings): ConversationEnd {
  const said = [error.message, error.additionalDetails ?? ''].join(' ');
  const detail = clipToLine(said, DETAIL_CHARS_MAX);
  const { word, status } = codeOf(error.codexErrorInfo);
  const limited: ConversationEnd = { kind: 'rate-limited', until: untilOf(said, windows, now), detail };
  switch (word) {
    case 'contextWindowExceeded':
      return { kind: 'context-full', detail };
    case 'rateLimitExceeded':
      return limited;
    case 'usageLimitExceeded':
      // A subscription's window that is full opens again; a quota of an account does not.
      return windows.some(isFull) ? limited : { kind: 'out-of-credit', detail };
    case 'sessionBudgetExceeded':
      return { kind: 'out-of-credit', detail };
    case 'unauthorized':
      return { kind: 'not-authenticated', detail };
    case 'cyberPolicy':
    case 'misalignmentPolicyViolation':
    case 'inferenceHookDenied':
    case 'tooManyDenials':
      return { kind: 'refused', detail };
  }
  if (status === 401 || status === 403) return { kind: 'not-authenticated', detail };
  if (status === 402) return { kind: 'out-of-credit', detail };
  if (status === 413) return { kind: 'context-full', detail };
  if (status === 429) return limited;
  // Codex has no word for these.
  if (/^Missing environment variable/.test(error.message)) return { kind: 'not-authenticated', detail };
  if (/\breason: content_filter\b|\busage policy\b/.test(said)) return { kind: 'refused', detail };
  if (/^rate limit exceeded\b/i.test(error.additionalDetails ?? '')) return limited;
  return { kind: 'model-failed', detail };
}

/** When the model is to be asked again, as an error says it: epoch ms, or null. */
export function retryAtOf(error: TurnError, now: number): number | null {
  return timeIn([error.message, error.additionalDetails ?? ''].join(' '), now);
}

function codeOf(code: unknown): { word: string; status: number | null } {
  if (typeof code === 'string') return { word: code, status: null };
  if (typeof code !== 'object' || code === null) return { word: '', status: null };
  const [entry] = Object.entries(code);
  if (entry === undefined) return { word: '', status: null };
  const inner: unknown = entry[1];
  const status = typeof inner === 'object' && inner !== null && 'httpStatusCode' in inner ? inner.httpStatusCode : null;
  return { word: entry[0], status: typeof status === 'number' ? status : null };
}

const isFull = (window: LimitWindow): boolean => window.usedPercent >= 100;

function untilOf(said: string, windows: readonly LimitWindow[], now: number): number | null {
  const told = windows.filter(isFull).map(({ resetsAt }) => (resetsAt ?? 0) * 1000);
  const until = Math.max(timeIn(said, now) ?? 0, ...told);
  return until > now && until <= now + UNTIL_MS_MAX ? until : null;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "Please try again in 6m0.5s." */
function timeIn(said: string, now: number): number | null {
  const found = /try again in ((?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd])){1,5})/.exec(said)?.[1];
  if (found === undefined) return null;
  const parts = [...found.matchAll(/([\d.]+)(ms|[smhd])/g)];
  const waitMs = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0);
  return waitMs > 0 && waitMs <= UNTIL_MS_MAX ? now + Math.ceil(waitMs) : null;
}
