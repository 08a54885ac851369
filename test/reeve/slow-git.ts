import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory with a git that comes to the end of no fetch while fetches are held. */
export function slowGit() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-slow-git-')));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = process.env['PATH'] ?? '';
  const slow = join(directory, 'slow');
  const script = `#!/bin/sh
PATH='${path}'
case " $* " in *' fetch '*) while [ -e '${slow}' ]; do echo > '${directory}/fetching'; sleep 0.1; done ;; esac
exec git "$@"
`;
  writeFileSync(join(directory, 'git'), script);
  chmodSync(join(directory, 'git'), 0o755);
  return {
    directory,
    /** For the server's PATH. */
    path: `${directory}:${path}`,
    holdFetches: () => writeFileSync(slow, ''),
    /** One is being held, or was. */
    isFetching: () => existsSync(join(directory, 'fetching')),
    letFetchesGo: () => rmSync(slow),
  };
}
