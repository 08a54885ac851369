import { expect, test } from 'vitest';

import { ASKING, files, QUICK } from './seed.ts';
import { workOn } from './work.ts';

test.each([
  ['the quick issue', [QUICK, false]],
  ['the question', [ASKING, false]],
  ['the answered issue', [ASKING, true]],
] as const)('on %s every change finds its place in the repository', (_, [issue, isAnswered]) => {
  const tree: Record<string, string> = { ...files };
  for (const step of workOn(issue, isAnswered)?.steps ?? []) {
    if (step.kind === 'write') tree[step.path] = step.content;
    if (step.kind !== 'edit') continue;
    expect(tree[step.path]?.split(step.find)).toHaveLength(2);
    expect(step.find).toMatch(/^[^]*\n$/); // whole lines, as a patch needs them
    tree[step.path] = tree[step.path]?.replace(step.find, () => step.replace) ?? '';
  }
});

test('an issue that is not of the story is left alone', () => {
  expect(workOn(7, false)).toBeNull();
});
