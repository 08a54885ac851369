import type { ExecResult } from '../../lib/exec.ts';

/** Why a remote repository did not do what git asked of it. */
export type RemoteFailure =
  /** The network, the server or a lock is unwell for now. */
  | { readonly kind: 'transient'; readonly detail: string }
  /** It will answer the same until somebody changes something. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail: string };

export type RefusalCode =
  | 'unauthorized' // the token is wrong, too narrow or expired
  | 'not-found' // gone, or not to be seen with this token
  | 'moved-away' // the repository answers with a redirect: it was renamed or transferred
  | 'rejected' // the remote has a rule against it
  | 'malicious' // the objects did not pass git's checks
  | 'unknown';

const DETAIL_CHARACTERS_MAX = 500;

const shapes: readonly (readonly [RegExp, 'transient' | RefusalCode])[] = [
  [/fsck error|unable to index.*fsck|error in object/i, 'malicious'],
  [/cannot lock ref|Unable to create '.*\.lock'|unable to update local ref/i, 'transient'],
  [/No space left on device|Out of memory|Too many open files/i, 'transient'],
  [/returned error: (5\d\d|429|408)|HTTP (5\d\d|429|408)/i, 'transient'],
  [/Authentication failed|could not read (Username|Password)|returned error: (401|403)/i, 'unauthorized'],
  [/unable to update url base from redirection|returned error: 30[1278]/i, 'moved-away'],
  [/returned error: (404|410)|repository .* not found|does not appear to be a git repository/i, 'not-found'],
  [/remote rejected|protected branch|pre-receive hook declined/i, 'rejected'],
  [
    /Could not resolve|Failed to connect|Couldn't connect|Connection (refused|reset|timed out)|Empty reply/i,
    'transient',
  ],
  [
    /Operation too slow|timed out|early EOF|hung up unexpectedly|unexpected disconnect|RPC failed|curl \d+/i,
    'transient',
  ],
];

/** Reads git's own words (LC_ALL=C). What it does not know is a refusal: asking again unchanged would not help. */
export function remoteFailureOf({ stderr, endedBecause }: ExecResult): RemoteFailure {
  if (endedBecause === 'timeout') return { kind: 'transient', detail: 'It took too long.' };
  const detail = printable(stderr);
  const kind = shapes.find(([shape]) => shape.test(stderr))?.[1] ?? 'unknown';
  return kind === 'transient' ? { kind, detail } : { kind: 'refused', code: kind, detail };
}

/** What a program said, as one short line without control characters. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(-DETAIL_CHARACTERS_MAX);
}
