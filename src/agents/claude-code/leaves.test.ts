import { expect, test } from 'vitest';

import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';
import { Leaves, type Wish } from './leaves.ts';

function open(
  decide: (request: PermissionRequest) => Promise<PermissionDecision> = () => new Promise(() => undefined),
) {
  const asked: string[] = [];
  const answers: string[] = [];
  const leaves = new Leaves({
    repoPath: '/repo',
    onRequest: ({ id }) => asked.push(id),
    decide,
    answer: ({ id }, decision) =>
      answers.push(`${id}: ${decision.verdict}${'why' in decision ? `, ${decision.why}` : ''}`),
    onTooMany: () => answers.push('too many'),
  });
  return { leaves, asked, answers };
}

const wish = (id: string, changes: Partial<Wish> = {}): Wish => ({
  ...{ id, toolName: 'Bash', input: { command: 'make' } },
  ...changes,
});

test('what needs nobody is answered at once', () => {
  const { leaves, asked, answers } = open();
  leaves.ask(wish('verb', { toolName: 'mcp__reeve__ask' }));
  leaves.ask(wish('off', { toolName: 'AskUserQuestion' }));
  leaves.ask(wish('long', { input: { command: `true ${'x'.repeat(16_000)}` } }));
  expect(asked).toEqual([]);
  expect(answers).toEqual([
    'verb: allow',
    'off: deny, This tool is switched off. Ask with the tools of reeve.',
    'long: deny, It is too long to be judged. Write it to a file, or do it in smaller steps.',
  ]);
});

test('only so many wait at a time', () => {
  const { leaves, asked, answers } = open();
  for (let count = 0; count < 17; count += 1) leaves.ask(wish(String(count)));
  expect(asked).toHaveLength(16);
  expect(answers).toEqual(['16: deny, Too many requests wait for an answer.']);
});

test('a question that is asked twice is one, and after the end none is', () => {
  const { leaves, asked } = open();
  leaves.ask(wish('a'));
  leaves.ask(wish('a', { input: { command: 'rm -r .' } }));
  leaves.close();
  leaves.ask(wish('b'));
  expect(asked).toEqual(['a']);
});

test('who cannot be asked has not allowed it', async () => {
  const { leaves, answers } = open(() => Promise.reject(new Error('no')));
  leaves.ask(wish('a'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toEqual(['a: deny, Nobody could be asked.']);
});

test('a name that is used again gets its own answer', async () => {
  const decisions: ((decision: PermissionDecision) => void)[] = [];
  const { leaves, answers } = open(() => new Promise((resolve) => decisions.push(resolve)));
  leaves.ask(wish('a'));
  leaves.withdraw('a');
  leaves.ask(wish('a', { input: { command: 'rm -r .' } }));
  decisions[0]?.({ verdict: 'allow' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toEqual([]);
  decisions[1]?.({ verdict: 'deny', why: 'no' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toEqual(['a: deny, no']);
});
