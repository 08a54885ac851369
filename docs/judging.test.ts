import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { judgingDocument } from '../src/domain/run/judging-document.ts';

test('docs/judging.md is what the judge does (mend with `npm run docs`)', () => {
  expect(readFileSync(new URL('judging.md', import.meta.url), 'utf8')).toBe(judgingDocument());
});
