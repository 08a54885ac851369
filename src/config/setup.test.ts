import { expect, test } from 'vitest';

import { setupChoice, setupOf } from './setup.ts';
import { schema, variableNames, variables, type Values } from './variables.ts';

const needed = { APP_ID: '1', WEBHOOK_SECRET: '9f86d081884c7d659a2feaa0c55ad015' };

/** The values, or what is wrong with one of them. */
function read(texts: Record<string, string>): Values | string {
  const given: Record<string, string | undefined> = { ...needed, ...texts };
  const all = variableNames.map((name) => [name, given[name] ?? variables[name].preset ?? undefined]);
  const parsed = schema.safeParse(Object.fromEntries(all));
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join('; ');
}

function setup(texts: Record<string, string>) {
  const values = read(texts);
  return typeof values === 'string' ? values : { spec: setupOf(values), mistakes: setupChoice(values) };
}

test('nothing is set up unless a command says how', () => {
  expect(setup({})).toEqual({ spec: null, mistakes: [] });
  expect(setup({ REEVE_SETUP: 'npm ci' })).toEqual({
    spec: { argv: ['npm', 'ci'], lockFiles: [], cachePaths: [], wallMs: 600_000 },
    mistakes: [],
  });
});

test('what is kept is named by files, and both are read as lists', () => {
  const kept = {
    REEVE_SETUP: '["./scripts/set up.sh", "--all"]',
    REEVE_SETUP_LOCKFILES: 'package-lock.json, **/package.json,',
    REEVE_SETUP_CACHE: 'node_modules/, packages/a/node_modules, node_modules',
    REEVE_SETUP_MINUTES: '3',
  };
  expect(setup(kept)).toEqual({
    spec: {
      argv: ['./scripts/set up.sh', '--all'],
      lockFiles: ['package-lock.json', '**/package.json'],
      cachePaths: ['node_modules', 'packages/a/node_modules'],
      wallMs: 180_000,
    },
    mistakes: [],
  });
});

test.each([
  [{ REEVE_SETUP: 'npm ci && true' }, 'only a shell understands'],
  [{ REEVE_SETUP: '[]' }, 'names no program; set it to the command that sets up a repository'],
  [{ REEVE_SETUP: 'npm ci', REEVE_SETUP_CACHE: '../up' }, 'names "../up"; write each path from the top'],
  [{ REEVE_SETUP: 'npm ci', REEVE_SETUP_CACHE: 'a,a/b' }, 'names a/b, which lies in another'],
  [{ REEVE_SETUP: 'npm ci', REEVE_SETUP_LOCKFILES: '/etc/hosts' }, 'which begins with /'],
  [{ REEVE_SETUP: 'npm ci', REEVE_SETUP_MINUTES: '0' }, 'does not mean "no limit"'],
])('%j is refused', (texts, why) => expect(read(texts)).toContain(why));

test('what would be set in vain is told', () => {
  expect(setup({ REEVE_SETUP_CACHE: 'node_modules' })).toMatchObject({
    mistakes: [expect.stringMatching(/^REEVE_SETUP is not set/)],
  });
  expect(setup({ REEVE_SETUP: 'npm ci', REEVE_SETUP_CACHE: 'node_modules' })).toMatchObject({
    mistakes: [expect.stringMatching(/^REEVE_SETUP_LOCKFILES is not set/)],
  });
});
