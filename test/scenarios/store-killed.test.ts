import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { expect, test } from 'vitest';

import { start } from '../../src/lib/exec.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const ROUNDS = 2;
const ACKNOWLEDGED_BEFORE_KILL = 40;

// A process of its own, with the store as it was built: it writes until it is killed.
const writer = `
  import { writeSync } from 'node:fs';
  const { openSqliteStore } = await import('${new URL('../../dist/store/sqlite/sqlite-store.js', import.meta.url).href}');
  const [path, round] = process.argv.slice(1);
  const store = openSqliteStore({ path, claim: { release: () => {} } });
  for (let number = 1; ; number += 1) {
    const id = round + '-' + number;
    await store.deliveries.receive({ id, event: 'issues', payload: '{"n":"' + id + '"}', receivedAt: number });
    writeSync(1, id + '\\n');
  }
`;

test('kill -9 of a process that writes loses no delivery that it acknowledged', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'reeve-kill-'));
  const path = join(directory, 'reeve.db');
  const acknowledged: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const args = ['--input-type=module', '-e', writer, path, String(round)];
    const child = start(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: {} });
    const closed = once(child, 'close');
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout! })) {
      acknowledged.push(line);
      lines += 1;
      if (lines === ACKNOWLEDGED_BEFORE_KILL) child.kill('SIGKILL');
    }
    expect(await closed).toEqual([null, 'SIGKILL']);
  }
  const store = openSqliteStore({ path, claim: { release: () => {} } });
  const kept = await store.deliveries.waiting({ now: 1, limit: 100_000 });
  await store.close();
  await rm(directory, { recursive: true });
  expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * ACKNOWLEDGED_BEFORE_KILL);
  const keptIds = new Set<string>(kept.map(({ id }) => id));
  expect(acknowledged.filter((id) => !keptIds.has(id))).toEqual([]);
  expect(kept.every(({ id, payload }) => payload === `{"n":"${id}"}`)).toBe(true);
});
