import { TransientError } from '../lib/errors.ts';

/** GitHub understood and will not do it, now or later (4xx other than rate limits). The message is GitHub's own: hostile text. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(message: string, { status, ...options }: ErrorOptions & { readonly status: number }) {
    super(message, options);
    this.name = 'RefusedError';
    this.status = status;
  }
}

/** A write was sent and its answer never came or was a 5xx: it may have happened. Look before sending it again. */
export class UnknownOutcomeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnknownOutcomeError';
  }
}

/** Our own limiter held a request back and sent nothing: no failed try of whoever asked. Worth asking again at `retryAt`. */
export class HeldBackError extends TransientError {
  constructor(message: string, options: ErrorOptions & { readonly retryAt: number }) {
    super(message, options);
    this.name = 'HeldBackError';
  }
}

/**
 * GitHub points elsewhere: the repository has a new name or owner, or the issue was transferred. It is never followed, for
 * what is there may be another authority. Worth trying again once the new name is known.
 */
export class MovedError extends TransientError {
  constructor(message: string, options: ErrorOptions & { readonly retryAt: number }) {
    super(message, options);
    this.name = 'MovedError';
  }
}
