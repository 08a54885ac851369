/** Every code is a row of docs/errors.md; docs/errors.test.ts keeps the two equal. */
export const userErrorCodes = [
  'cannot-listen',
  'config-invalid',
  'home-damaged',
  'home-in-use',
  'home-other-version',
  'home-unwritable',
  'not-found',
  'not-now',
  'not-permitted',
  'not-set-aside',
  'program-missing',
  'session-at-work',
  'session-not-found',
  'story-failed',
  'workspace-locked',
  'wrong-use',
] as const;
export type UserErrorCode = (typeof userErrorCodes)[number];

/**
 * A mistake that its reader can mend. The message is shown as it stands, so it says what is wrong and what to do next.
 * Any other error is a bug or an outage and belongs in the log.
 */
export class UserError extends Error {
  readonly code: UserErrorCode;

  constructor(code: UserErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
  }
}

/** Something outside is unwell for now: worth trying again, not before `retryAt` (epoch ms). Adapters throw it, loops understand it. */
export class TransientError extends Error {
  readonly retryAt: number;

  constructor(message: string, { retryAt, ...options }: ErrorOptions & { readonly retryAt: number }) {
    super(message, options);
    this.name = 'TransientError';
    this.retryAt = retryAt;
  }
}

/**
 * This server does not own its store any more: another one took its place, or it slept for too long. Nothing was written
 * or sent. It counts as no attempt at anything: whoever catches it throws it on, and the server stops.
 */
export class LeaseLostError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LeaseLostError';
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
