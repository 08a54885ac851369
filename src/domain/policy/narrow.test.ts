import { expect, test } from 'vitest';

import type { Budgets } from '../budget/budget.ts';
import type { Roster } from '../pool/choose-agent.ts';
import { sandboxAlone, type PermissionPolicy } from '../run/permission.ts';
import {
  agentsFor,
  narrowBudgets,
  narrowPermissions,
  narrowPublishPolicy,
  narrowSlots,
  setupFor,
  unknownAgents,
  whyNotEnter,
} from './narrow.ts';
import { configDefault, repositoryConfigSchema } from './repository-config.ts';

const saying = (said: object) => repositoryConfigSchema.parse(said);
const four = { costMicroUsd: 50_000_000, tokens: 1000, agentMs: 600_000, runs: 4 };
const budgets: Budgets = {
  run: four,
  limits: { session: four, 'repository-day': four, 'server-day': four },
  multipleMax: 4,
};

test('a repository can have less of a budget and never more, and says nothing of a day', () => {
  expect(narrowBudgets(budgets, configDefault)).toEqual(budgets);
  const less = narrowBudgets(budgets, saying({ limits: { usd: 2.5, tokens: 9, minutes: 1, runs: 1 } }));
  const session = { costMicroUsd: 2_500_000, tokens: 9, agentMs: 60_000, runs: 1 };
  expect(less).toEqual({ ...budgets, limits: { ...budgets.limits, session } });
  const most = { usd: 1_000_000, tokens: 999_999_999, minutes: 10_000_000, runs: 1_000_000 };
  expect(narrowBudgets(budgets, saying({ limits: most }))).toEqual(budgets);
});

test('it can have fewer runs at a time and never more', () => {
  expect([1, 2, 9].map((most) => narrowSlots(2, saying({ max_active_sessions: most })))).toEqual([1, 2, 2]);
  expect(narrowSlots(2, configDefault)).toBe(2);
});

const npm = { tool: 'shell', subject: 'npm test' } as const;
const push = { tool: 'shell', subject: 'git push' } as const;
const read = { tool: 'read', subject: 'src/a.ts' } as const;
const strict: PermissionPolicy = {
  ...{ ...sandboxAlone, otherwise: 'ask' },
  allow: [npm, { tool: 'read', subject: null }],
};

test.each<[string, PermissionPolicy, object, Partial<PermissionPolicy>]>([
  ['nothing said', strict, {}, strict],
  ['a denial is added', { ...strict, deny: [push] }, { deny: [npm] }, { deny: [push, npm], allow: strict.allow }],
  ['what the server does not name stays unnamed', strict, { allow: [push, npm, read] }, { allow: [npm, read] }],
  ['the stricter rest holds', strict, { otherwise: 'deny' }, { otherwise: 'deny' }],
  ['a looser rest does not', strict, { otherwise: 'allow' }, { otherwise: 'ask' }],
  [
    'where all is allowed, it says what is',
    sandboxAlone,
    { allow: [push], otherwise: 'ask' },
    { allow: [push], otherwise: 'ask' },
  ],
])('of what an agent may do: %s', (_, policy, said, expected) => {
  expect(narrowPermissions(policy, saying({ permissions: said }))).toMatchObject(expected);
});

test('it can be published where both let it', () => {
  const is =
    (...paths: readonly string[]) =>
    (path: string) =>
      paths.includes(path);
  const server = {
    isAllowed: is('a', 'b', 'p', 'q'),
    isProtected: is('p'),
    fileBytesMax: 1,
    filesMax: 1,
    commitsMax: 1,
  };
  const both = narrowPublishPolicy(server, { isAllowed: is('b', 'c', 'p', 'q'), isProtected: is('q') });
  expect(['a', 'b', 'c'].map(both.isAllowed)).toEqual([false, true, false]);
  expect(['a', 'p', 'q'].map(both.isProtected)).toEqual([false, true, true]);
  expect(both).toMatchObject({ fileBytesMax: 1, filesMax: 1, commitsMax: 1 });
});

test('its own setup comes in place of that of the server', () => {
  const preset = { argv: ['make'] as const, lockFiles: [], cachePaths: [], wallMs: 1 };
  expect(setupFor(configDefault, preset)).toBe(preset);
  const setup = { command: ['npm', 'ci'], lockfiles: ['a'], cache: ['b'], minutes: 2 };
  const own = { argv: ['npm', 'ci'], lockFiles: ['a'], cachePaths: ['b'], wallMs: 120_000 };
  expect(setupFor(saying({ setup }), preset)).toEqual(own);
  expect(setupFor({ setup: { ...setup, command: [] } }, preset)).toBe(preset);
});

test.each<[object, readonly string[], string | null]>([
  [{}, [], null],
  [{ require: ['bug', 'accepted'] }, ['Bug', 'ACCEPTED', 'docs'], null],
  [
    { require: ['bug', 'accepted'] },
    ['docs'],
    'it lacks the label "bug" and the label "accepted", which .github/reeve.yml asks for.',
  ],
  [
    { block: ['wip'], require: ['bug'] },
    ['WIP'],
    'it carries the label "wip", and .github/reeve.yml lets no such issue in.',
  ],
])('labels %j of an issue that carries %j', (labels, carried, why) => {
  expect(whyNotEnter(saying({ labels }), carried)).toBe(why);
});

test('it chooses among the agents of the server', () => {
  const command = { kind: 'custom-command', argv: ['false'], model: null, slotsMax: null, access: null } as const;
  const agents = ['codex', 'claude'].map((name) => ({ ...command, name, fallback: null }));
  const roster = agents as unknown as Roster;
  const chosen = (agent: string | object, purpose: 'implement' | 'retry' = 'implement') => {
    const { roster: all, named } = agentsFor(roster, saying({ agent }), purpose);
    return [...all.map(({ name }) => name), named];
  };
  expect(
    unknownAgents(saying({ agent: { default: 'nobody', retry: 'claude', answer: 'nobody' } }), ['claude']),
  ).toEqual(['nobody']);
  expect(unknownAgents(saying({ agent: 'claude' }), ['claude'])).toEqual([]);
  expect(chosen({})).toEqual(['codex', 'claude', null]);
  expect(chosen('claude')).toEqual(['claude', 'codex', null]);
  expect(chosen({ default: 'nobody', retry: 'claude' })).toEqual(['codex', 'claude', null]);
  expect(chosen({ default: 'claude', retry: 'codex' }, 'retry')).toEqual(['claude', 'codex', 'codex']);
  expect(chosen({ retry: 'nobody' }, 'retry')).toEqual(['codex', 'claude', null]);
});
