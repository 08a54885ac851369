import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';

import { renderConfigDocument, renderEnvExample } from './env-example.ts';
import { variableNames, variables } from './variables.ts';

test('.env.example is what the table of variables says', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(renderEnvExample());
});

test('.env.example sets nothing but what must be set, and names every variable', () => {
  const text = renderEnvExample();
  expect(parseEnv(text)).toEqual({ APP_ID: '', WEBHOOK_SECRET: '', REEVE_AGENT: '' });
  expect(text.match(/^(?:# )?[A-Z_]+(?==)/gm)?.map((name) => name.replace('# ', ''))).toEqual(variableNames);
});

test('docs/config.md has a row for each variable, and is what the table of variables says (mend with `npm run docs`)', () => {
  const rows = [...renderConfigDocument().matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name);
  expect(rows).toEqual(variableNames);
  expect(readFileSync('docs/config.md', 'utf8')).toBe(renderConfigDocument());
});

test('every preset is a value that is taken', () => {
  const refused = variableNames.filter((name) => {
    const { preset, schema } = variables[name];
    return preset !== null && !schema.safeParse(preset).success;
  });
  expect(refused).toEqual([]);
});
