import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { sessionStatesDocument } from '../src/domain/session/states-table.ts';

test('docs/session-states.md is what the machine does (mend with `npm run docs`)', () => {
  expect(readFileSync(new URL('session-states.md', import.meta.url), 'utf8')).toBe(sessionStatesDocument());
});
