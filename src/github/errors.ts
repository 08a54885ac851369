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
