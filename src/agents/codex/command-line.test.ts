import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { commandOf } from './command-line.ts';

test.each([
  [`/bin/bash -c 'npm test'`, 'npm test'],
  [`/bin/bash -lc ls`, 'ls'],
  [`/bin/bash -c "echo \\"it's "'$HOME" > f.txt; echo out'`, `echo "it's $HOME" > f.txt; echo out`],
  [`/usr/bin/zsh -c 'a' `, 'a'],
  ['sh -c "a\\\nb"', 'ab'],
])('%s is shown as what it runs', (shown, command) => {
  expect(commandOf(shown)).toBe(command);
});

test.each([
  `/bin/bash -c 'npm test' extra`,
  `/bin/bash -c 'npm test'; rm x`,
  `/bin/bash -c "$(id)"`,
  `/bin/bash -x 'npm test'`,
  `/tmp/bash -c 'npm test'`,
  `/bin/bash -c 'npm test`,
  `npm test`,
  `a 'b'`,
  '',
])('%s is left as it is', (shown) => {
  expect(commandOf(shown)).toBe(shown);
});

test('the words are those that a shell would see', () => {
  const word = fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', '$', '`', ' ', '\n', ';', '(') });
  const quotings = [
    (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`,
    (text: string): string => `"${text.replaceAll(/[\\"$`]/g, '\\$&')}"`,
  ];
  fc.assert(
    fc.property(word, fc.constantFrom(...quotings), (text, quote) => {
      const shown = `/bin/sh -c ${quote(text)}`;
      const seen = execFileSync('/bin/sh', ['-c', `printf %s. "$3"`, ...wordsBySh(shown)], { encoding: 'utf8' });
      expect(`${commandOf(shown)}.`).toBe(seen);
    }),
    { numRuns: 30 },
  );
});

/** `$0` to `$3` for the shell above: a word before it, and the words of the line as a shell reads them. */
function wordsBySh(line: string): string[] {
  const script = `for word in ${line}; do printf '%s\\0' "$word"; done`;
  return ['sh', ...execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, 3)];
}
