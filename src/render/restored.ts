type Restored = {
  readonly outcome: 'restored' | 'already-there';
  readonly path: string;
  readonly branch: string;
  readonly hasUncommitted: boolean;
};

/** What `reeve restore` says in a terminal. */
export function renderRestored({ outcome, path, branch, hasUncommitted }: Restored): string {
  if (outcome === 'already-there') return `Its workspace is there already: ${path}\n`;
  const files = hasUncommitted ? ', with the files that were not committed' : '';
  return [
    `Restored on the branch ${branch}${files}: ${path}`,
    'It has no remote; push from it with `git push URL BRANCH`. What is in it was written by an agent: look before you run it.',
    'It is locked. When you are done, remove the file `locked` beside the repository and run `reeve cleanup`.',
    '',
  ].join('\n');
}
