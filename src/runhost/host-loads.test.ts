import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

// One statement that loads something at once: no types alone, and no `import()`.
const statement = /^(?:import|export) (?!type )([^;]*? from )?'([^']+)';/gm;
const namesOnlyTypes = /^\{(?:\s*type \w+,?)+\s*\} from $/;

/** The packages that a program loads before it does anything. */
function packagesOf(program: string): string[] {
  const files = [program];
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, names = '', name = ''] of readFileSync(file, 'utf8').matchAll(statement)) {
      if (name.startsWith('node:') || namesOnlyTypes.test(names)) continue;
      const path = join(dirname(file), name);
      if (!name.startsWith('.')) packages.add(name);
      else if (!files.includes(path)) files.push(path);
    }
  }
  expect(files.length).toBeGreaterThan(2);
  return [...packages].sort();
}

test('a run host loads no package unless it needs it: there is one for each run, and zod is half of its memory', () => {
  expect(packagesOf('src/bin/reeve-run.ts')).toEqual([]);
  expect(packagesOf('src/bin/reeve-model.ts')).toEqual(['eventsource-parser', 'httpxy']);
});
