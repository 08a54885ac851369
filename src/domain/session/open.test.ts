import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { exec } from '../../lib/exec.ts';
import { sessionIdOf } from '../ids.ts';
import { openSession } from './open.ts';
import type { Session } from './session.ts';

const opening = (title: string, ordinal = 1, issueNumber = 7): Parameters<typeof openSession>[0] => ({
  ...{ id: sessionIdOf(5, issueNumber, ordinal), repositoryId: 5, issueNumber, title, previousId: null },
  ...{ requestedBy: { id: 11, login: 'ada' }, conversationId: 'c', at: 1_000 },
});
const branch = (title: string, ordinal = 1, issueNumber = 7): Session['branch'] =>
  openSession(opening(title, ordinal, issueNumber)).session.branch;

test('a session begins queued, at version 1, and wishes for its card and labels', () => {
  const { session, effects } = openSession(opening('Wake the owls'));
  expect(session).toEqual({
    ...{ id: '5-7-1', repositoryId: 5, issueNumber: 7, title: 'Wake the owls', previousId: null },
    ...{ requestedBy: { id: 11, login: 'ada' }, conversationId: 'c', branch: 'reeve/7-wake-the-owls' },
    ...{ runs: [], questions: [], pull: null, summary: null, mishaps: 0, isSettled: false },
    ...{ spend: { agentMs: 0, costMicroUsd: null, tokens: null }, createdAt: 1_000, changedAt: 1_000, version: 1 },
    state: 'queued',
  });
  expect(effects.map(({ key }) => key)).toEqual(['5-7-1/1/card:5/7', '5-7-1/1/labels:5/7']);
});

describe('the branch', () => {
  test.each([
    ['Wake the owls', 'reeve/7-wake-the-owls'],
    ['  --Ünïcode, & "quotes"!  ', 'reeve/7-u-ni-code-quotes'],
    ['../../etc/passwd.lock', 'reeve/7-etc-passwd-lock'],
    ['$(rm -rf /) `x` @{-1}', 'reeve/7-rm-rf-x-1'],
    ['🦉', 'reeve/7-issue'],
    ['', 'reeve/7-issue'],
    ['a'.repeat(200), `reeve/7-${'a'.repeat(40)}`],
    [`${'a'.repeat(39)} b`, `reeve/7-${'a'.repeat(39)}`],
  ])('of %j is %s', (title, expected) => {
    expect(branch(title)).toBe(expected);
  });

  const anyTitle = fc.string({ unit: 'binary', maxLength: 300 });

  test('any title gives a branch that git accepts', { timeout: 30_000 }, async () => {
    const title = fc.oneof(anyTitle, fc.string({ unit: fc.constantFrom(...'@{}~^:?*[\\/.-_ \0\nlock'.split('')) }));
    await fc.assert(
      fc.asyncProperty(title, fc.integer({ min: 1, max: 99 }), async (text, ordinal) => {
        const name = branch(text, ordinal);
        const env = { PATH: process.env['PATH'] ?? '' };
        const args = ['check-ref-format', '--branch', name];
        const { exitCode } = await exec('git', args, { env, timeoutMs: 5_000, outputBytesMax: 10_000 });
        expect({ name, exitCode }).toEqual({ name, exitCode: 0 });
      }),
      { numRuns: 60 },
    );
  });

  test('any title gives a plain and short name', () => {
    fc.assert(
      fc.property(anyTitle, fc.integer({ min: 1, max: 99 }), (title, ordinal) => {
        const name = branch(title, ordinal);
        expect(name).toMatch(/^reeve\/7-[a-z0-9]+(-[a-z0-9]+)*(\.[1-9][0-9]*)?$/);
        expect(name.length).toBeLessThanOrEqual(60);
      }),
    );
  });

  test('no two sessions share one, whatever their titles', () => {
    expect(branch('fix 2', 1)).not.toBe(branch('fix', 2));
    const session = fc.tuple(
      fc.string({ unit: fc.constantFrom('a', '1', '2', '-', ' ', '.'), maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
    );
    fc.assert(
      fc.property(session, session, (one, other) => {
        fc.pre(one[1] !== other[1] || one[2] !== other[2]);
        expect(branch(...one)).not.toBe(branch(...other));
      }),
    );
  });
});
