import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { repositoryConfigDocument, repositoryConfigJsonSchema } from '../src/config/repository/document.ts';
import { parseRepositoryConfig } from '../src/config/repository/parse.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('docs/repository-config.md is what a repository can say (mend with `npm run docs`)', () => {
  expect(read('repository-config.md')).toBe(repositoryConfigDocument());
});

test('schemas/reeve.schema.json is what a repository can say (mend with `npm run docs`)', () => {
  expect(read('../schemas/reeve.schema.json')).toBe(repositoryConfigJsonSchema());
});

test('every key has its line and its words for a wrong value', () => {
  const rows = repositoryConfigDocument()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).not.toContain('undefined');
});

test('the example is good, for Reeve and for editors, and editors find a slip', () => {
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(repositoryConfigDocument()) ?? [];
  expect(parseRepositoryConfig(example)).toMatchObject({ outcome: 'good' });
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(repositoryConfigJsonSchema()) as object,
  );
  expect(validate(parse(example))).toBe(true);
  expect(validate({ agnet: 'claude' })).toBe(false);
});
