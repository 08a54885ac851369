import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { promptsDocument } from '../src/domain/prompt/prompts-document.ts';

test('docs/prompts.md is what templates can say (mend with `npm run docs`)', () => {
  expect(readFileSync(new URL('prompts.md', import.meta.url), 'utf8')).toBe(promptsDocument());
});
