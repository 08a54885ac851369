import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { userErrorCodes } from '../src/lib/errors.ts';

test('docs/errors.md has one row for each code, in order, each with a cause and a remedy', () => {
  const rows = readFileSync('docs/errors.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(rows.map(([, code]) => code)).toEqual(userErrorCodes.map((code) => `\`${code}\``));
  expect(rows.filter((cells) => cells.length !== 5 || cells[2] === '' || cells[3] === '')).toEqual([]);
});
