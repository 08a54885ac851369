import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { runId, sessionId } from '../domain/ids.ts';
import type { RunRequest } from '../domain/run/run.ts';
import { runDirectoryOf, workspacePathOf } from '../runs/run-directory.ts';
import { sandboxView } from './sandbox-view.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-view-')));
afterAll(() => rmSync(root, { recursive: true }));
const home = join(root, 'reeve-home');
const operatorHome = join(root, 'operator');
const workspacePath = workspacePathOf(home, sessionId('7-1-1'));
const directory = runDirectoryOf(home, runId('7-1-1-r1'));
const objects = join(home, 'mirrors/7.git/objects');
const programsPath = join(root, 'app/dist/bin');
const network = join(directory.path, 'network');

const file = (path: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
};
for (const name of ['repo', 'home', 'tmp']) mkdirSync(join(workspacePath, name), { recursive: true });
for (const path of [objects, directory.programs, programsPath, network]) mkdirSync(path, { recursive: true });
for (const path of [directory.prompt, directory.output]) file(path);
const keyFile = file(join(root, 'elsewhere/app.pem'));
const sshKey = file(join(operatorHome, '.ssh/id_ed25519'));
const tool = file(join(operatorHome, 'npm/lib/node_modules/agent/cli.js'));
mkdirSync(join(operatorHome, 'npm/bin'));

const view = (argv: readonly [string, ...string[]], morePath = '') => {
  const request = {
    ...{ workspacePath, network: ['example.org'], hiddenPaths: [keyFile], readablePaths: [objects] },
  } as unknown as RunRequest;
  return sandboxView(
    {
      ...{ request, directory, start: { argv, environment: {} } },
      doors: [{ readablePaths: [network] }],
      path: `/usr/bin:${operatorHome}/npm/bin:${operatorHome}${morePath}`,
    },
    { programsPath, operatorHome },
  );
};

test('hides homes, the server’s home and its key file, and shows no more of them than a run needs', async () => {
  const { hiddenDirectories, hiddenFiles, emptyDirectories, readablePaths, writablePaths } = await view([tool]);
  expect(hiddenDirectories).toEqual(expect.arrayContaining([operatorHome, home]));
  expect(hiddenFiles).toContain(keyFile);
  expect(emptyDirectories).toContain('/tmp');
  const shown = readablePaths.filter((path) => path.startsWith(`${home}/`) || path.startsWith(operatorHome));
  expect([...new Set(shown)].toSorted()).toEqual(
    [
      tool,
      join(operatorHome, 'npm/lib/node_modules'),
      join(operatorHome, 'npm/bin'),
      join(operatorHome, 'npm/lib'),
      ...[objects, network, directory.prompt, directory.programs],
    ].toSorted(),
  );
  const own = ['repo', 'home', 'tmp'].map((name) => join(workspacePath, name));
  expect(writablePaths).toEqual([...own, directory.output]);
});

test('a key stays hidden even from an agent whose command names it, and a network that is limited is its own', async () => {
  const seen = await view(['agent', '--key', sshKey, '--app-key', keyFile, join(home, 'key')]);
  expect(seen.readablePaths.filter((path) => [sshKey, keyFile, join(home, 'key')].includes(path))).toEqual([]);
  expect(seen.hasNetwork).toBe(false);
});

test('a directory of PATH shows nothing of what is secret, whether it lies in it or leads around it', async () => {
  const inSecret = ['.docker/bin', '.aws/node_modules/tool'].map((name) => join(operatorHome, name));
  const linked = join(operatorHome, 'everything');
  const linkedHome = join(operatorHome, 'again');
  for (const path of inSecret) mkdirSync(path, { recursive: true });
  symlinkSync('/', linked);
  symlinkSync(operatorHome, linkedHome);
  const { readablePaths } = await view(['agent'], `:${[...inSecret, linked, linkedHome].join(':')}`);
  expect(readablePaths.filter((path) => [...inSecret, '/', operatorHome].includes(path))).toEqual([]);
});
