import type { Clock } from '../../lib/clock.ts';
import { TransientError } from '../../lib/errors.ts';
import type { ExecResult } from '../../lib/exec.ts';
import type { Git, GitCredential, GitOptions } from '../git.ts';
import { remoteFailureOf, type RefusalCode } from './remote-failure.ts';

/** What every part of a mirror works with. */
export type MirrorParts = { readonly git: Git; readonly gitDir: string; readonly now: Clock };

/** Where a repository is served, and with which right we come. */
export type Remote = {
  /** `https://…`, `http://…` or an absolute path. Without credentials. */
  readonly url: string;
  /** The whole value of the `Authorization` header; null for none. */
  readonly authorization: string | null;
};

/** The remote, or what it gave, does not allow it. Asking again unchanged would end the same. */
export type Refused = { readonly outcome: 'refused'; readonly code: RefusalCode; readonly detail: string };

const REMOTE_TIMEOUT_MS = 10 * 60_000; // the first fetch of a repository of some gigabytes
const RETRY_AFTER_MS = 30_000; // most outages of a git server are shorter or much longer

/** Options for a call to a remote. Throws at an address that git could take for an option, a helper or a remote's name. */
export function remoteOptions({ url, authorization }: Remote): GitOptions {
  if (!/^(https?:\/\/[^/@]+\/|\/)/.test(url)) throw new Error(`${JSON.stringify(url)} is not an address we use.`);
  const credential: GitCredential | null = authorization === null ? null : { url, authorization };
  return { timeoutMs: REMOTE_TIMEOUT_MS, ...(credential ? { credential } : {}) };
}

/** Sorts a failed call to a remote: an answer for good is returned, an outage is thrown as `TransientError`. */
export function refusalOf(result: ExecResult, action: string, now: Clock): Refused {
  const failure = remoteFailureOf(result);
  if (failure.kind === 'refused') return { outcome: 'refused', code: failure.code, detail: failure.detail };
  throw new TransientError(`${action} did not work: ${failure.detail}`, { retryAt: now() + RETRY_AFTER_MS });
}
