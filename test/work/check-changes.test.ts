import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { runIdOf } from '../../src/domain/ids.ts';
import { reeveRefs } from '../../src/runs/mirror/refs.ts';
import { advanceSession } from '../../src/work/advance-session.ts';
import { openWorld } from '../ports.ts';
import { commit, git } from '../repositories.ts';
import { answered, finished, granted, launched } from '../sessions.ts';

/** A session whose finished run left a submodule, which a person has to let pass. */
async function checking() {
  const world = await openWorld();
  const { ports } = world;
  const session = await world.session(granted, launched(), finished('Done.'));
  const repo = await world.workspace(session);
  git(repo, ['update-index', '--add', '--cacheinfo', `160000,${'5'.repeat(40)},lib`]);
  git(repo, ['commit', '-q', '-m', 'Bring in a library']);
  const mirror = await ports.openMirror(session.repositoryId);
  return {
    ...world,
    ...{ repo, mirrorPath: mirror.path, runId: runIdOf(session.id, 1) },
    stored: () => world.stored(session.id),
    allow: () => world.tell(session.id, answered('a', 0)),
    look: () => advanceSession(ports, session.id),
  };
}

test.each<[string, (repo: string) => unknown, object]>([
  ['goes out as it was seen', () => {}, { state: 'publishing', step: { kind: 'pushing' } }],
  [
    'is held again when it is not what was seen',
    (repo) => writeAndCommit(repo),
    { state: 'waiting', on: { kind: 'hold', number: 2 } },
  ],
])('work that a person let pass %s', async (_, happens, state) => {
  const { look, repo, allow, stored } = await checking();
  await look();
  expect(await stored()).toMatchObject({ state: 'waiting', on: { kind: 'hold', number: 1 } });
  happens(repo);
  await allow();
  await look();
  expect(await stored()).toMatchObject(state);
});

test('work that cannot be judged fails its session; an outage is waited for', async () => {
  const { look, stored, mirrorPath, runId } = await checking();
  const inTheWay = join(mirrorPath, reeveRefs.importing(runId, 'checked-out'), 'left-over.lock');
  mkdirSync(dirname(inTheWay), { recursive: true });
  writeFileSync(inTheWay, '');
  await expect(look()).rejects.toThrow(expect.objectContaining({ name: 'TransientError' }));
  expect(await stored()).toMatchObject({ state: 'publishing' });
  rmSync(dirname(inTheWay), { recursive: true });

  writeFileSync(join(mirrorPath, 'config'), '[damaged');
  await look();
  const detail = expect.stringContaining('bad config') as string;
  expect(await stored()).toMatchObject({ state: 'failed', why: 'cannot-publish', detail });
});

/** The host is gone, and something still writes into the workspace. */
function writeAndCommit(repo: string): void {
  git(repo, ['reset', '-q', '--hard']);
  commit(repo, { 'more.txt': 'more\n' });
}
