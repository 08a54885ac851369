import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { startReeve } from '../reeve.ts';
import { processesOf } from '../reeve/processes.ts';

const STOP_MS_MAX = 20_000; // what is promised, on a busy machine; far below the time that a fetch may take

/** A directory with a git that never comes to the end of a fetch while the file `slow` is there. */
function slowGit() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-slow-git-')));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = process.env['PATH'] ?? '';
  const slow = join(directory, 'slow');
  writeFileSync(slow, '');
  const script = `#!/bin/sh
PATH='${path}'
case " $* " in *' fetch '*) while [ -e '${slow}' ]; do echo > '${directory}/fetching'; sleep 0.1; done ;; esac
exec git "$@"
`;
  writeFileSync(join(directory, 'git'), script);
  chmodSync(join(directory, 'git'), 0o755);
  return { directory, path: `${directory}:${path}`, isFetching: () => existsSync(join(directory, 'fetching')), slow };
}

test('a server that is stopped during a long fetch ends soon, leaves no git behind, and takes the work up again', async () => {
  const git = slowGit();
  const reeve = await startReeve({ agent: 'agent-that-succeeds', settings: { PATH: git.path } });
  await reeve.ada.labels(1);
  await reeve.until(git.isFetching, 'the fetch');

  const askedAt = Date.now();
  expect(await reeve.stop()).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(STOP_MS_MAX);
  expect(processesOf(join(git.directory, 'git'))).toEqual([]);
  expect(reeve.log()).toContain('A slow job is broken off');

  rmSync(git.slow);
  await reeve.restart();
  await reeve.untilLabel(1, 'reeve:review');
  expect((await reeve.verify()).sessions).toMatchObject([{ runs: 1 }]);
});
