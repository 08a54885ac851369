import { expect, test } from 'vitest';

import { agentOutput, runOutput, type AgentOutput } from './output.ts';
import { ASKED_CHARACTERS_MAX } from './permission.ts';
import { permissionQuestion } from './permission-question.ts';
import { reportOf, spendOf } from './report.ts';

const ask = (question: string, ...options: string[]): AgentOutput => ({ kind: 'ask', question, options });
const result = (summary: string, spend: { costUsd?: number; tokens?: number } = {}): AgentOutput => ({
  kind: 'result',
  summary,
  ...spend,
});

test('a run that said nothing reports nothing', () => {
  expect(reportOf([])).toEqual({ question: null, summary: null, gaps: [], proposals: [], progress: [] });
});

test('one question keeps its options', () => {
  expect(reportOf([ask('Which?', 'red', 'blue')]).question).toEqual({
    text: 'Which?',
    options: ['red', 'blue'],
    permissions: [],
  });
});

test('later questions join the first, so that one answer goes on', () => {
  expect(reportOf([ask('Which?', 'red'), ask('How big?', '1', '2'), ask('Why?')]).question).toEqual({
    text: 'Which?\n\nHow big? (1 / 2)\n\nWhy?',
    options: ['red'],
    permissions: [],
  });
});

test('a question for leave comes first and says what it is for; only a run host can put it', () => {
  const wishes = [
    { tool: 'shell', subject: 'make release' },
    { tool: 'fetch', subject: 'https://example.org/' },
  ] as const;
  const asked = permissionQuestion(wishes);
  expect(reportOf([ask('Which?', 'red'), asked]).question).toMatchInlineSnapshot(`
    {
      "options": [
        "Allow it for this session",
        "Do not allow it",
      ],
      "permissions": [
        {
          "subject": "make release",
          "tool": "shell",
        },
        {
          "subject": "https://example.org/",
          "tool": "fetch",
        },
      ],
      "text": "The agent asks for leave to run this command:

    make release

    and to fetch this address:

    https://example.org/

    May it?

    Which? (red)",
    }
  `);
  expect(runOutput.parse(asked)).toEqual(asked);
  expect(agentOutput.safeParse(asked).success).toBe(false);
});

test('the longest question for leave can be read back', () => {
  const longest = permissionQuestion(
    Array.from({ length: 50 }, () => ({ tool: 'fetch', subject: 'x'.repeat(ASKED_CHARACTERS_MAX / 50) })),
  );
  expect(runOutput.safeParse(longest).success).toBe(true);
});

test('more questions than anybody answers are cut', () => {
  const asks = Array.from({ length: 50 }, (_, index) => ask(`Question ${index}`));
  expect(reportOf(asks).question?.text.split('\n\n')).toHaveLength(5);
});

test('the last result counts, everything else adds up', () => {
  const outputs: AgentOutput[] = [
    { kind: 'progress', text: 'one' },
    result('first'),
    { kind: 'gap', text: 'no test' },
    { kind: 'propose-issue', title: 'T', body: 'B' },
    { kind: 'progress', text: 'two' },
    result('second'),
  ];
  expect(reportOf(outputs)).toEqual({
    question: null,
    summary: 'second',
    gaps: ['no test'],
    proposals: [{ title: 'T', body: 'B' }],
    progress: ['one', 'two'],
  });
});

test.each([
  [[], { agentMs: 1235, costMicroUsd: null, tokens: null }],
  [[result('free', { costUsd: 0 })], { agentMs: 1235, costMicroUsd: 0, tokens: null }],
  [[result('a', { costUsd: 0.1234567, tokens: 7 }), result('b')], { agentMs: 1235, costMicroUsd: 123_457, tokens: 7 }],
  [
    [result('a', { costUsd: 1 }), result('b', { costUsd: 2 })],
    { agentMs: 1235, costMicroUsd: 2_000_000, tokens: null },
  ],
  [
    [
      { kind: 'spend', costUsd: 3, tokens: 9 } as const,
      { kind: 'spend', tokens: 12 } as const,
      result('a', { costUsd: 1 }),
    ],
    { agentMs: 1235, costMicroUsd: 3_000_000, tokens: 12 },
  ],
])('spend is the most that was reported: %j', (outputs, spend) => {
  expect(spendOf(outputs, 1234.6)).toEqual(spend);
});
