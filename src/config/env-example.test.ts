import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';

import { renderEnvExample, renderVariablesTable } from './env-example.ts';
import { variableNames, variables } from './variables.ts';

test('.env.example is what the table of variables says', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(renderEnvExample());
});

test('.env.example sets nothing but what must be set, and names every variable', () => {
  const text = renderEnvExample();
  expect(parseEnv(text)).toEqual({ APP_ID: '', WEBHOOK_SECRET: '', REEVE_AGENT: '' });
  expect(text.match(/^(?:# )?[A-Z_]+(?==)/gm)?.map((name) => name.replace('# ', ''))).toEqual(variableNames);
});

test('the table for the documents has a row for each variable', () => {
  const rows = renderVariablesTable().split('\n').slice(2);
  expect(rows.map((row) => row.split('`')[1])).toEqual(variableNames);
  expect(rows[0]).toBe("| `APP_ID` | The App's numeric id, from its settings page on GitHub. | required always |");
});

test('every preset is a value that is taken', () => {
  const refused = variableNames.filter((name) => {
    const { preset, schema } = variables[name];
    return preset !== null && !schema.safeParse(preset).success;
  });
  expect(refused).toEqual([]);
});
