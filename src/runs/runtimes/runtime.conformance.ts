import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';

import { identityOf, signalProcess } from '../../lib/process-table.ts';
import type { Runtime } from './runtime.ts';

type RuntimeOptions = { readonly program: string; readonly environment: Readonly<Record<string, string>> };

// Plays the run host: tells what it was given, claims the run, and stays.
const host = `
const { readFileSync, renameSync, writeFileSync } = require('fs');
const key = readFileSync(0).toString('hex');
const stat = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
const core = /^Max core file size +(\\S+) +(\\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')).slice(1);
const seen = { pid: process.pid, args: process.argv.slice(2), env: process.env, key, core, session: Number(stat[3]) };
const path = process.argv[2] + '/seen-' + process.pid;
writeFileSync(path + '.new', JSON.stringify(seen));
writeFileSync(process.argv[2] + '/transcript.log', 'said by the agent');
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
writeFileSync(process.argv[2] + '/host.lock', JSON.stringify({ pid: process.pid, startTime: stat[19], bootId }));
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
      const host = await create({ program, environment }).startHost(directory);
      await host.begin(Buffer.from('secret key'));
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
        core: ['0', '0'], // or the key would outlive it there
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

    test('a host lives until it is destroyed, however often that is asked for', async () => {
      const runtime = create({ program, environment });
      const directory = join(root, 'destroyed');
      expect(await runtime.isAlive(directory)).toBe('dead');
      await startAndLook(directory);
      expect(await runtime.isAlive(directory)).toBe('alive');
      await runtime.destroy(directory);
      expect(await runtime.isAlive(directory)).toBe('dead');
      await runtime.destroy(directory);
      writeFileSync(join(directory, 'host.lock'), 'no JSON');
      expect(await runtime.isAlive(directory)).toBe('unknown');
    });

    test('its transcript is read in parts, and a message is one line for whoever watches', async () => {
      const runtime = create({ program, environment });
      const directory = join(root, 'watched');
      expect(await runtime.getOutput(directory, 0, 10)).toEqual(Buffer.alloc(0));
      await startAndLook(directory);
      const read = async (from: number, bytesMax: number) => String(await runtime.getOutput(directory, from, bytesMax));
      expect([await read(0, 4), await read(5, 100), await read(17, 100)]).toEqual(['said', 'by the agent', '']);
      await runtime.sendMessage(directory, 'one\n\u001B[31mline');
      await runtime.sendMessage(directory, 'x'.repeat(5000));
      const lines = readFileSync(join(directory, 'messages.log'), 'utf8').split('\n');
      expect(lines.map((line) => line.slice(0, 20))).toEqual(['one [31mline', 'x'.repeat(20), '']);
      expect(lines[1]).toHaveLength(2000);
    });

    test('a directory that is not there is an error', async () => {
      const runtime = create({ program, environment });
      await expect(runtime.startHost(join(root, 'nothing'))).rejects.toThrow(/ENOENT/);
    });
  });
}
