import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { claimHome } from './home-lock.ts';

let compiled = '';

/** Node 20 runs no TypeScript: what the other processes need of it is compiled once. */
beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), 'reeve-lock-program-'));
  for (const name of ['atomic-file', 'crash-point', 'errors', 'exec', 'home-lock']) {
    const { outputText } = ts.transpileModule(readFileSync(`src/lib/${name}.ts`, 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
      },
    });
    writeFileSync(join(compiled, `${name}.js`), outputText);
  }
  writeFileSync(join(compiled, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(compiled, 'claim.js'),
    `import { spawn } from 'node:child_process';
     import { claimHome } from './home-lock.js';
     try {
       const claim = await claimHome(process.argv[2]);
       const child = process.argv[3] === 'with-child' ? spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }) : null;
       console.log('claimed', child?.pid ?? 0);
       process.stdin.resume();
       process.stdin.on('end', () => { claim.release(); console.log('released'); });
     } catch (error) {
       console.log(error.code, error.message);
     }`,
  );
  return () => rmSync(compiled, { recursive: true });
});

function home(): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-home-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Another process that claims the home and says how that went; it keeps the claim until its stdin ends. */
async function claimElsewhere(path: string, ...more: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(compiled, 'claim.js'), path, ...more], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(createInterface(child.stdout!), 'line');
  return { child, said: String(said) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a second claim is refused and names the owner, in this process and in another', async () => {
  const path = home();
  const { child, said } = await claimElsewhere(path);
  expect(said).toMatch(/^claimed/);
  const refusal = {
    code: 'home-in-use',
    message: `A server already uses the home ${path}: the process ${child.pid}; stop it first, or set REEVE_HOME to another directory.`,
  };
  await expect(claimHome(path)).rejects.toMatchObject(refusal);
  expect((await claimElsewhere(path)).said).toBe(`${refusal.code} ${refusal.message}`);
});

test('kill -9 of the owner frees the home at once, also when a program that it started lives on', async () => {
  const path = home();
  const { child, said } = await claimElsewhere(path, 'with-child');
  const orphan = Number(said.split(' ')[1]);
  onTestFinished(() => void process.kill(orphan, 'SIGKILL'));
  await kill(child);
  expect(() => process.kill(orphan, 0)).not.toThrow();
  const claim = await claimHome(path);
  claim.release();
});

test('a released home can be claimed again, and releasing twice is harmless', async () => {
  const path = home();
  const first = await claimHome(path);
  await expect(claimHome(path)).rejects.toMatchObject({ code: 'home-in-use' });
  first.release();
  first.release();
  const { child, said } = await claimElsewhere(path);
  expect(said).toMatch(/^claimed/);
  child.stdin!.end();
  await once(child, 'exit');
  (await claimHome(path)).release();
});

test('of many claimers at once exactly one succeeds, also right after the owner was killed', async () => {
  const path = home();
  const owner = await claimElsewhere(path);
  await kill(owner.child);
  const claimers = await Promise.all(Array.from({ length: 6 }, () => claimElsewhere(path)));
  const claimed = claimers.filter(({ said }) => said.startsWith('claimed'));
  const refused = claimers.filter(({ said }) => said.startsWith('home-in-use'));
  expect([claimed.length, refused.length]).toEqual([1, 5]);
});

test('files left behind or put there by others do not matter', async () => {
  const path = home();
  writeFileSync(join(path, 'server.pid'), `${process.pid}\n`);
  const claim = await claimHome(path);
  rmSync(join(path, 'server.pid'));
  await expect(claimHome(path)).rejects.toThrow(/another process/);
  claim.release();
});

test('a home that is not there or is not a directory is refused', async () => {
  const path = home();
  await expect(claimHome(join(path, 'absent'))).rejects.toMatchObject({ code: 'home-unwritable' });
  writeFileSync(join(path, 'file'), '');
  await expect(claimHome(join(path, 'file'))).rejects.toMatchObject({ code: 'home-unwritable' });
  mkdirSync(join(path, 'server.pid'));
  await expect(claimHome(path)).rejects.toMatchObject({ code: 'home-unwritable' });
});

test('what a dead owner has just started may hold the home a moment longer: it is waited for', async () => {
  const path = home();
  const owner = spawn('true');
  await once(owner, 'exit');
  writeFileSync(join(path, 'server.pid'), `${owner.pid}\n`);
  const echo = spawn('flock', ['-x', path, 'sh', '-c', 'echo held; sleep 0.5'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(echo.stdout!), 'line');
  const claim = await claimHome(path);
  expect(readFileSync(join(path, 'server.pid'), 'utf8')).toBe(`${process.pid}\n`);
  claim.release();
});
