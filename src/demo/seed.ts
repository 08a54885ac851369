/** The people, the repository and the issues of the demo. */
export const people = { maintainer: 'ada', visitor: 'noor' } as const;

export const repository = { owner: 'harbor-labs', name: 'tide' } as const;

const format = `/** A height in metres as people read it: one decimal and a sign. */
export function formatHeight(metres) {
  const rounded = Math.round(metres * 10) / 10;
  return \`\${rounded < 0 ? '' : '+'}\${rounded.toFixed(1)} m\`;
}
`;

const formatTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatHeight } from '../src/format.js';

test('heights carry a sign', () => {
  assert.equal(formatHeight(1.24), '+1.2 m');
  assert.equal(formatHeight(-0.51), '-0.5 m');
});
`;

const readme = `# tide

Tide tables for small harbours, in plain JavaScript.

- \`formatHeight(metres)\` writes a height as people read it.
`;

const packageJson = `${JSON.stringify({ name: 'tide', version: '0.3.0', type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`;

export const files = {
  'README.md': readme,
  'package.json': packageJson,
  'src/format.js': format,
  'test/format.test.js': formatTest,
};

export const issues = [
  {
    title: 'formatHeight writes “-0.0 m” at slack water',
    body: [
      'At slack water the height is a hair below zero, and the table then says `-0.0 m`.',
      '',
      'It should say `+0.0 m`, as for any other zero.',
    ].join('\n'),
  },
  {
    title: 'Remember the last station between visits',
    body: [
      'People mostly look at the same harbour. It would be good if the library remembered the last station that was asked for,',
      'so that a caller can start with it.',
    ].join('\n'),
  },
] as const;

/** The issue that is simply worked on. */
export const QUICK = 1;
/** The issue whose agent has a question. */
export const ASKING = 2;
