import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { systemClock } from '../../src/lib/clock.ts';
import { openHome } from '../../src/operator.ts';
import { createDeliveryReader } from '../../src/github/delivery-reader.ts';
import { openSqliteStoreToRead } from '../../src/store/sqlite/sqlite-store.ts';
import { REPO, startReeve, type Reeve } from '../reeve.ts';

const CRASHES = 5;
const MIB = 1_048_576;

/** The built command line, with the environment of the server; also while that runs. */
function reeveCli(reeve: Reeve, ...args: string[]) {
  const argv = [resolve('dist/bin/reeve.js'), ...args];
  return new Promise<{ readonly exitCode: number; readonly said: string; readonly complained: string }>((answer) => {
    const child = execFile(process.execPath, argv, { env: reeve.environment, cwd: '/' }, (_, said, complained) => {
      answer({ exitCode: child.exitCode ?? -1, said, complained });
    });
  });
}

/** How often the oldest waiting delivery was begun, as the store says. */
async function triesOfOldest(reeve: Reeve): Promise<number> {
  const store = openSqliteStoreToRead({ path: `${reeve.home}/reeve.db` });
  try {
    return (await store.deliveries.waiting({ now: Number.MAX_SAFE_INTEGER, limit: 1 }))[0]?.attempts ?? 0;
  } finally {
    await store.close();
  }
}

test('a delivery that ends the server again and again is set aside, others flow, and it can be replayed', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const hangs = {
    kind: 'delay',
    path: `/repos/${REPO}/collaborators/ada/permission`,
    ms: 60_000,
    times: null,
  } as const;
  reeve.emulator.control.addFault(hangs);
  await reeve.ada.labels(1);
  for (let life = 1; life <= CRASHES; life += 1) {
    await reeve.until(async () => (await triesOfOldest(reeve)) === life, `try ${life} to begin`);
    if (life === 2) await reeve.as('max').labels(2); // another issue of the same repository
    if (life === 3) await reeve.untilLabel(2, 'reeve:review');
    await reeve.restart();
  }
  const { setAside } = await reeve.until(async () => {
    const seen = await openHome(reeve.home, systemClock).status();
    return seen.setAside.deliveries.length > 0 ? seen : null;
  }, 'the delivery to be set aside');
  const reason = 'The server ended 5 times while this was routed.';
  expect(setAside.deliveries).toMatchObject([{ event: 'issues', about: `${REPO}#1`, tries: CRASHES, reason }]);
  const id = setAside.deliveries[0]?.id ?? '';

  const ready = await fetch(new URL('/readyz', reeve.webhookUrl()));
  const warnings = ['1 delivery is set aside; `reeve status` names it.'];
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true, problems: [], warnings }]);
  const shown = await reeveCli(reeve, 'status');
  expect(shown).toMatchObject({ exitCode: 0, complained: '' });
  expect(shown.said).toContain(reason);
  expect(shown.said).toContain(`reeve replay delivery ${id}\n`);
  expect(JSON.parse((await reeveCli(reeve, 'status', '--json')).said)).toMatchObject({
    ...{ deliveries: { 'set-aside': 1 }, setAside: { deliveries: [{ id }], effects: [] } },
    sessions: [{ issue: `${REPO}#2`, state: 'reviewing' }],
  });

  reeve.emulator.control.clearFaults();
  const replayed = { exitCode: 0, said: 'The delivery waits to be tried again.\n', complained: '' };
  expect(await reeveCli(reeve, 'replay', 'delivery', id)).toEqual(replayed);
  await reeve.untilLabel(1, 'reeve:review');
  const again = await reeveCli(reeve, 'replay', 'delivery', id);
  const nothing = `The delivery ${id} is not set aside, so there is nothing to try again.\n`;
  expect(again).toEqual({ exitCode: 1, said: '', complained: nothing });
}, 240_000); // it starts the server six times

test('a large body is read in a program of its own: well, or it is refused', async () => {
  const { read } = createDeliveryReader({ program: pathToFileURL(resolve('dist/github/reader-program.js')) });
  const readBody = (body: string) =>
    read({ event: 'issues', payloadBytes: body.length }, async () => body).catch((error: unknown) => String(error));
  const large = 'x'.repeat(3 * MIB);
  expect(await readBody(JSON.stringify({ action: 'labeled', large }))).toMatchObject({
    ...{ kind: 'uninteresting', why: expect.stringContaining('repository') as string },
  });
  expect(await readBody('['.repeat(100_000))).toMatchObject({ kind: 'uninteresting' });
  expect(await readBody(`{"action":"labeled","x":[${'[],'.repeat(8 * MIB)}[]]}`)).toMatch(/cannot be read/);
});

test('a process whose main thread does not turn any more ends itself and names what it had in hand', async () => {
  const program = `
    import { startWatchdog } from '${pathToFileURL(resolve('dist/lib/watchdog.js')).href}';
    const thread = new URL('${pathToFileURL(resolve('dist/lib/watchdog-thread.js')).href}');
    const watchdog = startWatchdog({ thread, beatsMax: 2, onError: console.error });
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // far from idle is not hanging
    console.log('turning');
    watchdog.hold(['d-1']);
    for (;;);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  expect(said).toMatch(
    /^turning\n\{"level":60,.*"inHand":\["d-1"\],"msg":"The main thread has not turned for 2 seconds/,
  );
});
