import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';

import { githubLimits } from '../../src/domain/limits/limits.ts';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { HeldBackError } from '../../src/github/errors.ts';
import { createLimiter } from '../../src/github/limits/limiter.ts';
import type { GitHub } from '../../src/github/github.ts';
import { createOctokitGitHub } from '../../src/github/octokit-github.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { seed } from './world.ts';

/** GitHub's own, but for the hour, which is shorter here as there. */
const limits = { ...githubLimits, contentPerHour: 100 };

/** The port with its limits in a store, and a GitHub that enforces its own; the time is the test's, and the same for both. */
async function open() {
  const root = await mkdtemp(join(tmpdir(), 'patience-'));
  const time = { now: systemClock() };
  const clock = (): number => time.now;
  const emulator = await createEmulator({ root: join(root, 'git'), seed, clock });
  emulator.control.setLimits({ isSecondaryEnforced: true, contentPerHour: limits.contentPerHour });
  const stores = [openSqliteStore({ path: join(root, 'reeve.db') })];
  onTestFinished(async () => {
    await emulator.close();
    for (const store of stores) await store.close();
    await rm(root, { recursive: true, force: true });
  });
  const { app, control } = emulator;
  const start = (): GitHub =>
    createOctokitGitHub({
      ...{ appId: app.id, privateKey: app.privateKey, apiUrl: emulator.url, userAgent: 'reeve-test' },
      ...{ clock, log: pino({ level: 'silent' }), mayWrite: async () => {} },
      limiter: createLimiter({ kept: stores.at(-1)!.limits, clock, limits, waitMsMax: 0 }),
    });
  const installationId = app.installationId!;
  const found = await control.act({ as: 'ada', do: 'request', method: 'GET', path: '/repos/acme/shop' });
  return {
    ...{ control, time, installationId, start },
    repository: { id: (found as { id: number }).id, owner: 'acme', name: 'shop', installationId },
    /** The store as the next life of the server finds it. */
    restart: async (): Promise<GitHub> => {
      await stores.at(-1)!.close();
      time.now += 1000; // a token of its own is a write of the App, and those are a second apart too
      stores.push(openSqliteStore({ path: join(root, 'reeve.db') }));
      return start();
    },
    meter: (owner = `installation ${installationId}`) => control.meters().find((one) => one.owner === owner)!,
    /** Comes again whenever it is told to, and gives how long all of it waited. */
    patiently: async (call: () => Promise<unknown>, waitMsMax = Number.POSITIVE_INFINITY): Promise<number> => {
      const before = time.now;
      for (;;) {
        try {
          await call();
          return time.now - before;
        } catch (error) {
          if (!(error instanceof HeldBackError)) throw error;
          if (error.retryAt - before > waitMsMax) throw error;
          time.now = error.retryAt;
        }
      }
    },
  };
}

test('a flood of comments breaks no limit of GitHub’s, also over restarts, and leaves room for a person', async () => {
  const { start, restart, repository, patiently, meter, time } = await open();
  let github = start();
  const begin = time.now;
  let made = 0;
  for (const minute = 60_000; made < 100; made += 1) {
    if (made % 30 === 29) github = await restart();
    const say = () => github.createComment(repository, 1, `number ${made}`);
    const waited = await patiently(say, 2 * minute).catch(() => null);
    if (waited === null) break;
  }
  expect(made).toBe(90);
  expect(time.now - begin).toBeLessThan(300_000);
  const people = github.as('people');
  expect(await patiently(() => people.createComment(repository, 1, 'You asked.'))).toBeLessThan(30_000);
  const { refused, sentTooEarly, secondaryExceeded, peaks } = meter();
  expect({ refused, sentTooEarly, secondaryExceeded }).toEqual({ refused: 0, sentTooEarly: 0, secondaryExceeded: 0 });
  expect(peaks.contentPerMinute).toBeGreaterThan(50); // it was not merely slow
  expect(peaks.contentPerHour).toBe(91);
});

test('the background leaves a fifth of the hour, and a person is served to the last request', async () => {
  const { control, start, restart, repository, meter } = await open();
  control.setLimits({ core: 20 });
  let github = start();
  const look = (priority: 'people' | 'work' | 'background', name: string) =>
    github.as(priority).permissionOf(repository, { id: 1, login: name });
  const looks = async (priority: 'people' | 'work' | 'background'): Promise<number> => {
    for (let count = 0; ; count += 1) {
      const answer = await look(priority, `${priority}-${count}`).catch((error: unknown) => error);
      if (answer instanceof HeldBackError) return count;
    }
  };
  expect(await looks('background')).toBe(16);
  github = await restart();
  expect(await looks('background')).toBe(0);
  expect(await looks('work')).toBe(3);
  expect(await looks('people')).toBe(1);
  expect(meter()).toMatchObject({ refused: 0, sentTooEarly: 0, requests: 20 });
});

test('what GitHub refuses for a limit is not asked again before its time, by nobody of that installation, also after a restart', async () => {
  const { control, start, restart, repository, meter, time } = await open();
  control.addFault({ kind: 'status', method: 'POST', status: 403, retryAfterSeconds: 90, path: '/repos/**' });
  const github = start();
  const until = time.now + 90_000;
  await expect(github.createComment(repository, 1, 'one')).rejects.toMatchObject({ retryAt: until });
  const { requests } = meter();
  const refuses = async (given: GitHub): Promise<void> => {
    for (const priority of ['people', 'work', 'background'] as const) {
      await expect(given.as(priority).issue(repository, 1)).rejects.toMatchObject({ retryAt: until });
    }
    await given.deliveries(null); // the App's own
  };
  time.now += 60_000;
  await refuses(github);
  const next = await restart();
  await next.deliveries(null);
  time.now = until - 1;
  await refuses(next);
  expect(meter().requests).toBe(requests);
  time.now = until;
  expect(await next.issue(repository, 1)).toMatchObject({ number: 1 });
});

test('an idle repository costs nothing of the hour, however often it is looked at', async () => {
  const { control, start, repository, meter } = await open();
  const github = start().as('background');
  const pass = async (): Promise<unknown> => [
    await github.issue(repository, 1),
    await github.comments(repository, 1),
    await github.labelsOf(repository, 1),
    await github.findPull(repository, 'reeve/1-x'),
    (await github.deliveries(null)).deliveries,
  ];
  const first = await pass();
  await pass(); // GitHub's own list of deliveries may have grown by the first
  const used = { installation: meter().primaryUsed, app: meter('app 4711').primaryUsed };
  for (let passes = 0; passes < 8; passes += 1) expect(await pass()).toEqual(first);
  expect({ installation: meter().primaryUsed, app: meter('app 4711').primaryUsed }).toEqual(used);
  expect(meter().notModified).toBeGreaterThanOrEqual(32);
  await control.act({ as: 'ada', do: 'comment', repo: 'acme/shop', number: 1, body: 'Wait.' });
  expect(await github.comments(repository, 1)).toMatchObject([{ body: 'Wait.' }]);
  expect(meter().primaryUsed).toBe(used.installation + 1);
});

test('a token in GitHub’s long form is used as it is', async () => {
  const { start, repository, time } = await open();
  const github = start();
  const { authorization } = await github.gitAccess(repository, 'read');
  const token = Buffer.from(authorization.slice('Basic '.length), 'base64').toString().slice('x-access-token:'.length);
  expect(token.length).toBeGreaterThan(500);
  time.now += 1000;
  expect(await github.issue(repository, 1)).toMatchObject({ number: 1 });
});
