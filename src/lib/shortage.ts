/**
 * The errno, among these, that an error or one of its causes carries; also that which one of our programs printed before it
 * ended (as `GitError` shows it). Null for any other error.
 */
export function errnoOf<const Code extends string>(error: unknown, codes: readonly Code[]): Code | null {
  for (let at = error, depth = 0; at instanceof Error && depth < DEPTH_MAX; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException;
    const { message } = at;
    const found = codes.find((one) => one === code || isSaid(message, printed[one]));
    if (found !== undefined) return found;
  }
  return null;
}

/** Programs end with it what they say: anywhere else it may be the name of a file in somebody's repository. */
function isSaid(message: string, text: string | undefined): boolean {
  return text !== undefined && new RegExp(`: ${text}(?=$|\\s(?:fatal|error|warning): )`, 'm').test(message);
}

const DEPTH_MAX = 10; // causes in a row; more are a circle

/** As strerror(3) has them in the C locale. */
const printed: Readonly<Record<string, string>> = {
  EAGAIN: 'Resource temporarily unavailable',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
  EDQUOT: 'Disk quota exceeded',
};
