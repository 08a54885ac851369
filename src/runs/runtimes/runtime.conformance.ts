import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';

import { identityOf, signalProcess } from '../../lib/process-table.ts';
import type { Runtime } from './runtime.ts';

type RuntimeOptions = { readonly program: string; readonly environment: Readonly<Record<string, string>> };

// Plays the run host: tells what it was given, and stays.
const host = `
const { readFileSync, renameSync, writeFileSync } = require('fs');
const key = readFileSync(0).toString('hex');
const stat = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
const seen = { pid: process.pid, args: process.argv.slice(2), env: process.env, key, session: Number(stat[3]) };
const path = process.argv[2] + '/seen-' + process.pid;
writeFileSync(path + '.new', JSON.stringify(seen));
renameSync(path + '.new', path);
console.log('printed');
setInterval(() => {}, 1000);
`;
const LOOKS_MAX = 400;

/** What every runtime must do. */
export function describeRuntime(name: string, create: (options: RuntimeOptions) => Runtime): void {
  describe(`${name} is a runtime`, () => {
    const root = mkdtempSync(join(tmpdir(), 'reeve-runtime-'));
    afterAll(() => rmSync(root, { recursive: true }));
    const program = join(root, 'host.cjs');
    writeFileSync(program, host);
    const environment = { PATH: process.env['PATH']!, HOME: root };

    const startAndLook = async (directory: string) => {
      mkdirSync(directory, { recursive: true });
      await create({ program, environment }).startHost(directory, Buffer.from('secret key'));
      for (let look = 0; look < LOOKS_MAX; look += 1) {
        const [first] = readdirSync(directory).filter((file) => /^seen-\d+$/.test(file));
        if (first) {
          const seen = JSON.parse(readFileSync(join(directory, first), 'utf8')) as Record<string, unknown>;
          const identity = (await identityOf(Number(seen['pid'])))!;
          onTestFinished(() => signalProcess(identity, 'SIGKILL').then(() => {}));
          return seen;
        }
        await delay(25);
      }
      throw new Error('The host never started.');
    };

    test('gives the host its directory, the key on stdin, and no more than its environment', async () => {
      process.env['REEVE_TEST_CANARY'] = 'canary';
      const directory = join(root, 'a $(run) "directory"');
      const seen = await startAndLook(directory);
      expect(seen).toMatchObject({
        args: [directory],
        env: environment,
        key: Buffer.from('secret key').toString('hex'),
      });
      expect(JSON.stringify(seen)).not.toContain('canary');
    });

    test('the host is in a session of its own: no signal and no terminal of ours reaches it', async () => {
      const own = Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')[3]);
      const seen = await startAndLook(join(root, 'session'));
      expect(seen['session']).not.toBe(own);
    });

    test('what the host prints goes to its log, not to a pipe of ours', async () => {
      const directory = join(root, 'log');
      await startAndLook(directory);
      const log = join(directory, 'host.log');
      for (let look = 0; look < LOOKS_MAX && !(existsSync(log) && readFileSync(log, 'utf8')); look += 1)
        await delay(25);
      expect(readFileSync(log, 'utf8')).toBe('printed\n');
    });

    test('a directory that is not there is an error', async () => {
      const runtime = create({ program, environment });
      await expect(runtime.startHost(join(root, 'nothing'), Buffer.from('k'))).rejects.toThrow(/ENOENT/);
    });
  });
}
