import { RefusedError } from '../github/errors.ts';

/** What GitHub says of a thing, or null when it has been deleted or moved away since we heard of it. */
export async function unlessGone<Facts>(look: Promise<Facts>): Promise<Facts | null> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}
