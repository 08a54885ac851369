import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { webhookSecret } from '../src/config/webhook-secret.ts';
import { actSchema } from '../src/emulator/act/acts.ts';
import { leverNames } from '../src/emulator/control-server.ts';
import { faultSchema } from '../src/emulator/faults/fault.ts';
import { appSeed, parseSeed, repositorySeed, userSeed } from '../src/emulator/seed.ts';

const page = readFileSync('docs/emulator.md', 'utf8');

/** What the page tells its reader to type: the lever, and what is sent to it. */
const curls = [
  ...page.matchAll(
    /^curl -s (?:-X ([A-Z]+) )?'?http:\/\/127\.0\.0\.1:4010\/_emulator\/([a-z-]+)(\S*)(?: -d '(.*)')?$/gm,
  ),
].map(([, method, lever = '', query = '', body]) => ({
  lever: `${method ?? (body === undefined ? 'GET' : 'POST')} ${lever}`,
  query: query.replace(/'$/, ''),
  body: body === undefined ? undefined : z.json().parse(JSON.parse(body)),
}));

test('every curl on the page is understood, and pulls a lever that is there', () => {
  expect(curls).toHaveLength(page.match(/^curl/gm)?.length ?? 0);
  expect(curls.map(({ lever }) => lever).filter((lever) => !leverNames.includes(lever))).toEqual([]);
  expect(
    curls.filter(({ query }) => query !== '' && !/^\?repo=octo-org\/hello(?:&number=1&format=text)?$/.test(query)),
  ).toEqual([]);
});

test('every lever that the page names in a sentence is there, and it names them all', () => {
  const named = [...page.matchAll(/`([A-Z]+) \/_emulator\/([a-z-]+)`/g)].map(([, method, path]) => `${method} ${path}`);
  expect(named.filter((lever) => !leverNames.includes(lever))).toEqual([]);
  const said = new Set([...named, ...curls.map(({ lever }) => lever), 'GET delivery']);
  const ours = new Set(['GET response-problems']); // of use only where the emulator itself is tested
  expect(leverNames.filter((lever) => !said.has(lever) && !ours.has(lever))).toEqual([]);
});

test('every act and fault on the page would be taken', () => {
  const acts = curls.filter(({ lever }) => lever === 'POST act').map(({ body }) => actSchema.parse(body).do);
  expect(acts).toEqual(['label', 'comment', 'ready-for-review', 'merge']);
  const faults = curls.filter(({ lever }) => lever === 'POST faults').map(({ body }) => faultSchema.parse(body).kind);
  expect(faults).toEqual(['reset', 'status', 'drop-delivery']);
});

test('the table of acts is whole, and the faults are all explained', () => {
  const table = page.slice(page.indexOf('\n| do '), page.indexOf('For tools that sign in'));
  const listed = table
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, name]) => name));
  expect(listed.toSorted()).toEqual(actSchema.options.map(({ shape }) => shape.do.value).toSorted());
  const kinds = faultSchema.options.map(({ shape }) => shape.kind.value);
  expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
});

test('the example of a seed is valid, and shows every key', () => {
  const seed = z.json().parse(JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''));
  const { app, users, repositories } = parseSeed(seed);
  const given = z
    .object({ app: z.looseObject({}), users: z.array(z.looseObject({})), repositories: z.array(z.looseObject({})) })
    .parse(seed);
  expect(new Set([...Object.keys(given.app), 'privateKey'])).toEqual(new Set(Object.keys(appSeed.shape)));
  expect(new Set(given.users.flatMap((user) => Object.keys(user)))).toEqual(new Set(Object.keys(userSeed.shape)));
  expect(Object.keys(given.repositories[0] ?? {})).toEqual(Object.keys(repositorySeed.shape));
  expect([users.length, repositories.length]).toEqual([3, 1]);
  expect(webhookSecret.safeParse(app.webhookSecret).success).toBe(true);
});
