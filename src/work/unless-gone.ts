import { RefusedError } from '../github/errors.ts';

/** What a look at GitHub found; null when the thing is not there any more (deleted, or moved away). Other failures rise. */
export async function unlessGone<Facts>(look: Promise<Facts>): Promise<Facts | null> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}
