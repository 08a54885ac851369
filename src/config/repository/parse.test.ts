import fc from 'fast-check';
import { expect, test } from 'vitest';

import { configDefault } from '../../domain/policy/repository-config.ts';
import { parseRepositoryConfig } from './parse.ts';

/** What is told of a text, a line for each mistake. */
function told(text: string): readonly string[] {
  const parsed = parseRepositoryConfig(text);
  return parsed.outcome === 'good'
    ? ['good']
    : parsed.mistakes.map(({ line, column, sentence }) => `${line}:${column} ${sentence}`);
}

test.each(['', '# nothing yet\n', '---\n', '{}'])('a file that says nothing changes nothing: %j', (text) => {
  expect(parseRepositoryConfig(text)).toEqual({ outcome: 'good', config: configDefault });
});

test('every key is read', () => {
  const text = `
mode: observe
agent: { default: claude, implement: codex }
labels: { require: [bug], block: [do-not-automate] }
setup: { command: [npm, ci], lockfiles: [package-lock.json], cache: [node_modules], minutes: 5 }
permissions: { deny: [{ tool: fetch }], allow: [{ tool: shell, subject: npm test }], otherwise: ask }
paths: { allowed: ['src/**'], protected: ['src/legal/'] }
limits: { minutes: 30, usd: 2.5, tokens: 1000, runs: 3 }
max_active_sessions: 1
`;
  expect(parseRepositoryConfig(text)).toEqual({
    outcome: 'good',
    config: {
      mode: 'observe',
      agent: { default: 'claude', implement: 'codex' },
      labels: { require: ['bug'], block: ['do-not-automate'] },
      setup: { command: ['npm', 'ci'], lockfiles: ['package-lock.json'], cache: ['node_modules'], minutes: 5 },
      permissions: {
        deny: [{ tool: 'fetch', subject: null }],
        allow: [{ tool: 'shell', subject: 'npm test' }],
        otherwise: 'ask',
      },
      paths: { allowed: ['src/**'], protected: ['src/legal/'] },
      limits: { minutes: 30, usd: 2.5, tokens: 1000, runs: 3 },
      max_active_sessions: 1,
    },
  });
});

test('ten ways to write it wrongly, and ten sentences that say how to mend it', () => {
  const wrong = [
    'lables:\n  require: [bug]',
    'limits:\n  usd: a lot',
    'max_active_sessions: 0',
    'mode: observ',
    'labels:\n  require: bug',
    'labels:\n  require: [bug]\n  block: [docs, Bug]',
    'agent:\n  implment: codex',
    'paths:\n\tallowed: [src]',
    'mode: full\nmode: observe',
    'setup:\n  command: npm ci',
  ];
  expect(wrong.flatMap(told)).toMatchInlineSnapshot(`
    [
      "1:1 \`lables\` is no key. Did you mean \`labels\`?",
      "2:8 \`limits.usd\` is "a lot"; it must be a number above 0, at most 1000000.",
      "1:22 \`max_active_sessions\` is 0; it must be a whole number from 1 to 1000.",
      "1:7 \`mode\` is "observ"; it must be one of full, observe. Did you mean observe?",
      "2:12 \`labels.require\` is "bug"; it must be a list of at most 100 labels.",
      "3:17 \`labels.block\`: \`labels.require\` has the same label, so that no issue could be worked on; remove one of them.",
      "2:3 \`agent.implment\` is no key. Did you mean \`implement\`?",
      "2:1 This line begins with a tab; indent with spaces.",
      "2:1 This key is there already; keep one of the two.",
      "2:12 \`setup.command\` is "npm ci"; it must be a list that begins with a program, such as [npm, ci].",
    ]
  `);
});

test('more ways, each with its sentence', () => {
  const wrong = [
    'extends: acme',
    'mode: run-only',
    'require_labels: [bug]',
    'zebra: 1',
    '- a list',
    'labels: [bug]',
    'labels: { require: [reeve:ready] }',
    'agent: 7',
    'setup: { lockfiles: [a] }',
    'setup: { command: [make], cache: [deps] }',
    'setup: { command: [make], lockfiles: [a], cache: [../deps] }',
    'permissions: { allow: [{ tool: shell, subject: make }], deny: [{ tool: shell }] }',
    'permissions: { allow: [{ tool: shel }] }',
    'permissions: { deny: [make] }',
    'limits: { minutes: 1.5, usd: 0 }',
    'a: &x [1]\nb: *x',
    'mode: !secret full',
    'mode: "full',
    'mode: full\n---\nmode: observe',
    `# ${'x'.repeat(70_000)}`,
    `max_active_sessions: ${'9'.repeat(300)}`,
  ];
  expect(wrong.map((text) => told(text).join(' | '))).toMatchInlineSnapshot(`
    [
      "1:1 \`extends\` is not there yet; remove it.",
      "1:7 \`mode\` is "run-only", which is not there yet; it must be one of full, observe.",
      "1:1 \`require_labels\` is no key; it is called \`labels.require\`.",
      "1:1 \`zebra\` is no key. The keys here are mode, agent, labels, setup, permissions, paths, limits, max_active_sessions.",
      "1:1 The whole file is ["a list"]; it must be a group of keys, each with a colon and a value.",
      "1:9 \`labels\` is ["bug"]; it must be a group of the keys require, block.",
      "1:21 \`labels.require\` is "reeve:ready"; it must be the name of a label that is not one of \`reeve:…\`, which Reeve changes itself.",
      "1:8 \`agent\` is 7; it must be the name of an agent, or a group of the keys default, implement, answer, continue, retry.",
      "1:8 \`setup.command\` is missing; it must be a list that begins with a program, such as [npm, ci].",
      "1:34 \`setup.cache\`: nothing says when what was kept is the same; name the files that do in \`setup.lockfiles\`, or remove \`setup.cache\`.",
      "1:51 \`setup.cache\` is "../deps"; it must be a path from the top of the repository on, without patterns, blanks or .git.",
      "1:24 \`permissions.allow\`: \`permissions.deny\` forbids this, and wins; remove one of them.",
      "1:32 \`permissions.allow.tool\` is "shel"; it must be one of shell, edit, read, fetch, mcp, other. Did you mean shell?",
      "1:23 \`permissions.deny\` is "make"; it must be a rule such as {tool: shell, subject: npm test}.",
      "1:20 \`limits.minutes\` is 1.5; it must be a whole number from 1 to 10000000. | 1:30 \`limits.usd\` is 0; it must be a number above 0, at most 1000000.",
      "2:4 \`*x\` repeats another part of the file, which is not read here; write it out.",
      "1:7 Tags that begin with \`!\` are not read here; remove it, or put the value into quotes.",
      "1:12 Something that was opened is not closed: look for a missing quote, bracket or colon.",
      "2:1 A second document begins here, and only the first would count; remove the line \`---\`.",
      "1:1 It is larger than 64 KiB; say it with fewer rules.",
      "1:22 \`max_active_sessions\` is 1e+300; it must be a whole number from 1 to 1000.",
    ]
  `);
});

test('any text is read or refused, with places in it', () => {
  const piece = fc.constantFrom(
    'mode',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    '!',
    '&a ',
    '*a',
    '<<',
    '__proto__',
    '1',
    'agent',
    '\t',
    '?',
    '|',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 40 }).map((all) => all.join('')),
      ),
      (text) => {
        const parsed = parseRepositoryConfig(text);
        if (parsed.outcome === 'good') return;
        expect(parsed.mistakes.length).toBeGreaterThan(0);
        for (const { line, column } of parsed.mistakes) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(text.split('\n').length);
          expect(column).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 500 },
  );
  for (const deep of ['[', '{a: ', '- ', '"a": {']) expect(told(deep.repeat(10_000))).not.toEqual(['good']);
});
