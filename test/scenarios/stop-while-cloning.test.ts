import { join } from 'node:path';
import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';
import { processesOf } from '../reeve/processes.ts';
import { slowGit } from '../reeve/slow-git.ts';

const STOP_MS_MAX = 20_000; // what is promised, on a busy machine; far below the time that a fetch may take

test('a server that is stopped during a long fetch ends soon, leaves no git behind, and takes the work up again', async () => {
  const git = slowGit();
  git.holdFetches();
  const reeve = await startReeve({ agent: 'agent-that-succeeds', settings: { PATH: git.path } });
  await reeve.ada.labels(1);
  await reeve.until(git.isFetching, 'the fetch');

  const askedAt = Date.now();
  expect(await reeve.stop()).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(STOP_MS_MAX);
  expect(processesOf(join(git.directory, 'git'))).toEqual([]);
  expect(reeve.log()).toContain('A slow job is broken off');

  git.letFetchesGo();
  await reeve.restart();
  await reeve.untilLabel(1, 'reeve:review');
  expect((await reeve.verify()).sessions).toMatchObject([{ runs: 1 }]);
});
