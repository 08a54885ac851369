import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { BEGIN, END, measuredPart, type Columns, type Results } from '../test/agents/results.ts';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

test('docs/agents.md shows what was measured (mend with `npm run test:agents -- --write`)', () => {
  const { columns, results } = JSON.parse(read('agents.json')) as { columns: Columns; results: Results };
  const text = read('agents.md');
  expect(text.slice(text.indexOf(BEGIN), text.indexOf(END) + END.length)).toBe(measuredPart(results, columns));
});
