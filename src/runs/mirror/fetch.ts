import { refusalOf, remoteOptions, type MirrorParts, type Refused, type Remote } from './remote.ts';

export type FetchOutcome = { readonly outcome: 'fetched' } | Refused;

const TRIES_MAX = 3; // two fetches at once stand in each other's way; the one that is told so tries again

/** One request fewer; the server then names refs that we do not want, which costs little once. */
const ALL_REFS_AT_ONCE = 'protocol.version=0';

// What old programs wrote into the history of honest repositories. It harms nobody, and we cannot mend it. Everything else that
// git's check finds stops the fetch.
const oldSins: readonly string[] = [
  'zeroPaddedFilemode',
  'zeroPaddedDate',
  'badTimezone',
  'badDate',
  'badDateOverflow',
  'missingNameBeforeEmail',
  'missingSpaceBeforeEmail',
  'missingSpaceBeforeDate',
  'missingEmail',
  'badEmail',
  'badName',
  'multipleAuthors',
  'duplicateEntries',
  'treeNotSorted',
].map((sin) => `fetch.fsck.${sin}=ignore`);

/** Makes the branches of the mirror those of the remote, deleted ones included; our own refs stay. */
export async function fetchBranches({ git, gitDir, now }: MirrorParts, remote: Remote): Promise<FetchOutcome> {
  const args = ['fetch', '--quiet', '--prune', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--'];
  const isFirst = (await git.output(gitDir, ['for-each-ref', '--count=1', 'refs/heads/'])).trim() === '';
  const settings = [...oldSins, ...(isFirst ? [ALL_REFS_AT_ONCE] : [])];
  for (let attempt = 1; ; attempt++) {
    const result = await git.attempt(gitDir, [...args, remote.url, '+refs/heads/*:refs/heads/*'], {
      ...remoteOptions(remote),
      settings,
    });
    if (result.exitCode === 0) return { outcome: 'fetched' };
    if (attempt < TRIES_MAX && /cannot lock ref/.test(result.stderr)) continue;
    return refusalOf(result, 'Fetching the repository', now);
  }
}
