import { newCommits, type DiffRange } from './diff-facts.ts';
import type { MirrorParts } from './remote.ts';

/** Tells whether a text holds something that looks like a credential, or is one that this server knows. */
export type HasSecret = (text: string) => boolean;

const flags = ['--no-renames', '--no-ext-diff', '--no-textconv', '--text', '--unified=0', '--no-color'];

/**
 * The paths to which a commit between base and head adds a secret, also one that a later commit takes away: it would be
 * pushed all the same. Null when there is more text than can be looked through.
 */
export async function secretPaths(
  { git, gitDir }: MirrorParts,
  { base, head }: DiffRange,
  hasSecret: HasSecret,
): Promise<readonly string[] | null> {
  const commits = await git.attempt(gitDir, [
    'log',
    '--patch',
    '--diff-merges=first-parent',
    '--format=',
    ...flags,
    ...newCommits(base, head),
  ]);
  if (commits.endedBecause !== null) return null;
  const added = addedText(commits.stdout);
  return [...added].filter(([, text]) => hasSecret(text)).map(([path]) => path);
}

/** Path to all that was added to it, from patches of no context. Every line of content begins with `+`, `-` or `\`. */
function addedText(patches: string): ReadonlyMap<string, string> {
  const added = new Map<string, string>();
  let path = '';
  let isHeader = false;
  for (const line of patches.split('\n')) {
    if (line.startsWith('diff --git ')) isHeader = true;
    else if (line.startsWith('@@')) isHeader = false;
    else if (isHeader && line.startsWith('+++ ')) path = line.replace(/^\+\+\+ "?(?:b\/)?/, '').replace(/"?\t?$/, '');
    else if (!isHeader && line.startsWith('+')) added.set(path, `${added.get(path) ?? ''}${line.slice(1)}\n`);
  }
  return added;
}
