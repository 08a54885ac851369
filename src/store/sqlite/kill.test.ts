import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { start } from '../../lib/exec.ts';
import { openSqliteStore } from './sqlite-store.ts';

const ROUNDS = 2;
const ACKNOWLEDGED_BEFORE_KILL = 40;

// A process of its own cannot be a test file: it gets the sources as they are, made into JavaScript as they are loaded.
const loader = `
  import { readFileSync } from 'node:fs';
  import ts from '${pathToFileURL(createRequire(import.meta.url).resolve('typescript')).href}';
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  export async function load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const source = ts.transpileModule(readFileSync(new URL(url), 'utf8'), { compilerOptions }).outputText;
    return { format: 'module', source, shortCircuit: true };
  }
`;
const writer = `
  import { register } from 'node:module';
  import { writeSync } from 'node:fs';
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(loader)}));
  const { openSqliteStore } = await import('${new URL('sqlite-store.ts', import.meta.url).href}');
  const [path, round] = process.argv.slice(1);
  const store = openSqliteStore({ path });
  for (let number = 1; ; number += 1) {
    const id = round + '-' + number;
    await store.deliveries.receive({ id, event: 'issues', payload: '{"n":"' + id + '"}', receivedAt: number });
    writeSync(1, id + '\\n');
  }
`;

test('kill -9 of a process that writes loses no delivery that it acknowledged', { timeout: 30_000 }, async () => {
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
  const store = openSqliteStore({ path });
  const kept = await store.deliveries.waiting({ now: 1, limit: 100_000 });
  await store.close();
  await rm(directory, { recursive: true });
  expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * ACKNOWLEDGED_BEFORE_KILL);
  const keptIds = new Set<string>(kept.map(({ id }) => id));
  expect(acknowledged.filter((id) => !keptIds.has(id))).toEqual([]);
  expect(kept.every(({ id, payload }) => payload === `{"n":"${id}"}`)).toBe(true);
});
