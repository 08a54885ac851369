import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

test.each(documents)('%s links only to what is there', (document) => {
  const links = [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
    ([, path = '']) => path,
  );
  expect(links.filter((path) => !existsSync(join(dirname(document), path)))).toEqual([]);
});

/** `work/route-delivery.ts`, `runs/launch`, `src/bin/reeve-run.ts`: with or without `src/` and the ending. */
const sourceNames =
  /(?<![\w/.-])(?:src\/)?((?:agents|bin|cli|config|demo|domain|emulator|github|lib|loops|queue|render|runhost|runs|store|web|work)(?:\/[a-z0-9-]+)+)(\.ts)?(?![\w/-])/g;

test.each(documents)('%s names only files and folders of src that are there', (document) => {
  const names = [...readFileSync(document, 'utf8').matchAll(sourceNames)].map(([, name = '']) => join('src', name));
  expect(names.filter((name) => !existsSync(`${name}.ts`) && !existsSync(name))).toEqual([]);
});

test('the picture in the README names the parts that a delivery goes through', () => {
  const picture = /```mermaid\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
  const named = [...picture.matchAll(sourceNames)].map(([, name]) => name);
  expect(named).toEqual([
    'web/intake',
    'work/route-delivery',
    'domain/session/transition',
    'work/perform-effects',
    'runs/launch',
    'work/check-changes',
    'work/watch-run',
  ]);
});
