import { ASKING, QUICK } from './seed.ts';

/** One thing that an agent of the story does. Each agent has its own ways to do it (`hands.ts`). */
export type Step =
  | { readonly kind: 'progress'; readonly text: string }
  /** `find` is there once, and is made of whole lines. */
  | { readonly kind: 'edit'; readonly path: string; readonly find: string; readonly replace: string }
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'test' }
  | { readonly kind: 'commit'; readonly message: string }
  | { readonly kind: 'ask'; readonly question: string; readonly options: readonly string[] }
  | { readonly kind: 'result'; readonly text: string };

/** What an agent does in one run, and what it says in its conversation before and after. */
export type Work = { readonly opening: string; readonly steps: readonly Step[]; readonly closing: string };

/** What the agents of the story do on an issue: the same, whichever agent it is. Null for an issue that is not of the story. */
export function workOn(issue: number, isAnswered: boolean): Work | null {
  if (issue === QUICK) return mendTheSign;
  if (issue === ASKING) return isAnswered ? rememberTheStation : askAboutTheStation;
  return null;
}

const lastHeightTest = "  assert.equal(formatHeight(-0.51), '-0.5 m');\n});\n";
const zeroTest = `
test('zero is positive, from either side', () => {
  assert.equal(formatHeight(-0.04), '+0.0 m');
});
`;
const rounding = '  const rounded = Math.round(metres * 10) / 10;\n';

const mendTheSign: Work = {
  opening: 'I look at how heights are written first.',
  steps: [
    { kind: 'progress', text: 'Reading src/format.js and its test' },
    { kind: 'edit', path: 'test/format.test.js', find: lastHeightTest, replace: `${lastHeightTest}${zeroTest}` },
    { kind: 'progress', text: 'Wrote a test that fails: formatHeight(-0.04)' },
    {
      kind: 'edit',
      path: 'src/format.js',
      find: rounding,
      replace: rounding.replace(';', ' || 0; // never -0'),
    },
    { kind: 'progress', text: 'Mended the rounding; running the tests' },
    { kind: 'test' },
    {
      kind: 'commit',
      message: 'Write slack water as +0.0 m\n\nRounding a small negative height gave -0, which printed as “-0.0 m”.',
    },
    { kind: 'progress', text: 'Looking over the change once more' },
    {
      kind: 'result',
      text: 'Heights that round to zero are now written `+0.0 m`. A test covers both sides of zero.',
    },
  ],
  closing: 'The sign is mended, and the tests pass.',
};

const askAboutTheStation: Work = {
  opening:
    'The library keeps nothing so far. The last station would have its place in src/station.js, beside the heights.',
  steps: [
    { kind: 'progress', text: 'Looking for a place to keep the last station' },
    {
      kind: 'ask',
      question: 'Where should the last station be kept? The library writes no files so far.',
      options: ['In a small file that the caller names', 'In memory, for as long as the process lives'],
    },
  ],
  closing: 'I wait for the answer.',
};

const station = `let last = null;

/** The station that was asked for last, or null. Kept for as long as the process lives. */
export function lastStation() {
  return last;
}

/** Remembers a station as the last one. */
export function rememberStation(name) {
  last = name;
}
`;

const stationTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lastStation, rememberStation } from '../src/station.js';

test('the last station is remembered', () => {
  assert.equal(lastStation(), null);
  rememberStation('Skerry Bay');
  assert.equal(lastStation(), 'Skerry Bay');
});
`;

const readmeLine = '- `formatHeight(metres)` writes a height as people read it.\n';

const rememberTheStation: Work = {
  opening: 'In memory, then.',
  steps: [
    { kind: 'progress', text: 'Building what was chosen: in memory' },
    { kind: 'write', path: 'src/station.js', content: station },
    { kind: 'write', path: 'test/station.test.js', content: stationTest },
    {
      kind: 'edit',
      path: 'README.md',
      find: readmeLine,
      replace: `${readmeLine}- \`rememberStation(name)\` and \`lastStation()\` keep the last station in memory.\n`,
    },
    { kind: 'progress', text: 'Running the tests' },
    { kind: 'test' },
    { kind: 'commit', message: 'Remember the last station in memory' },
    {
      kind: 'result',
      text: 'The last station is kept in memory, as chosen. It is forgotten when the process ends.',
    },
  ],
  closing: 'The last station is remembered, and the tests pass.',
};
