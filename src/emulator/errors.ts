import type { Json } from './resources/json.ts';

const DOCUMENTATION = 'https://docs.github.com/rest';

/** An answer other than success: thrown anywhere below a route, sent by the server as GitHub would. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Json;

  constructor(status: number, message: string, extra: Json = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.body = { message, ...extra, documentation_url: DOCUMENTATION, status: String(status) };
  }
}

/** What was asked for is elsewhere now: GitHub points there. */
export class Moved extends Refusal {
  readonly location: string;

  constructor(status: 301 | 307, location: string) {
    super(status, status === 301 ? 'Moved Permanently' : 'Temporary Redirect', { url: location });
    this.name = 'Moved';
    this.location = location;
  }
}

/** 404, also for what the caller may not know of. */
export const notFound = (): Refusal => new Refusal(404, 'Not Found');

/** 403 for an App whose permissions or repositories do not reach so far. */
export const notAccessible = (): Refusal => new Refusal(403, 'Resource not accessible by integration');

/** 401. */
export const badCredentials = (message = 'Bad credentials'): Refusal => new Refusal(401, message);

/** 422 about one field of one resource; `code` is GitHub's (`missing`, `invalid`, `already_exists`, `custom`, `too_long` …). */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  return new Refusal(422, 'Validation Failed', {
    errors: [{ resource, field, code, ...(message !== undefined && { message }) }],
  });
}

/** 422 with a sentence only. */
export const unprocessable = (message: string): Refusal => new Refusal(422, message);
