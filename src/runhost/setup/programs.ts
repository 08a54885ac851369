import { agentGitOptions } from '../leftovers.ts';
import type { Argv } from './steps.ts';

// What we do ourselves in a tree that code of the repository has made. It runs in the sandbox like that code: a link in
// the tree leads nowhere that the code could not go by itself. Texts are fixed; paths come as arguments.

const git = ['git', ...agentGitOptions.flatMap((option) => ['-c', option])].join(' ');

/** A script for `sh` with its arguments. */
const script = (lines: readonly string[], args: readonly string[]): Argv => [
  'sh',
  '-euc',
  lines.join('\n'),
  'sh',
  ...args,
];

/** Copies each first path to the second one, in the place of what is there. Links are copied as links; blocks are shared where the disk can. */
export function copyAll(pairs: readonly (readonly [from: string, to: string])[]): Argv {
  return script(
    [
      'while [ "$#" -gt 0 ]; do',
      '  rm -rf -- "$2"',
      '  mkdir -p -- "$(dirname -- "$2")"',
      '  cp -a --reflink=auto -T -- "$1" "$2"',
      '  shift 2',
      'done',
    ],
    pairs.flat(),
  );
}

export function removeAll(paths: readonly string[]): Argv {
  return ['rm', '-rf', '--', ...paths];
}

/** Keeps paths out of every commit that is made in this repository. */
export function exclude(paths: readonly string[]): Argv {
  return script(
    [
      `file="$(${git} rev-parse --git-path info/exclude)"`,
      'mkdir -p -- "$(dirname -- "$file")"',
      'for path; do',
      '  grep -qxF -- "/$path" "$file" 2>/dev/null || printf \'\\n/%s\\n\' "$path" >> "$file"',
      'done',
    ],
    paths,
  );
}

/** Puts tracked files back to what a commit has, and removes what is neither tracked nor ignored. */
export function putBack(commit: string): Argv {
  return script(
    [
      `rm -f -- "$(${git} rev-parse --git-path index.lock)"`, // of a git that was killed
      `${git} reset --hard --quiet "$1"`,
      `${git} clean -ffdq`,
    ],
    [commit],
  );
}
