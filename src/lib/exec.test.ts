import { expect, test } from 'vitest';

import { exec } from './exec.ts';

const limits = { env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 10_000, outputBytesMax: 10_000 };

test('gives the output and the exit code, and passes arguments as they are', async () => {
  const result = await exec('printf', ['%s|', '$(id)', ';', "a'b"], limits);
  expect(result).toEqual({ exitCode: 0, stdout: "$(id)|;|a'b|", stderr: '', endedBecause: null });
});

test('gives the program its environment and nothing else', async () => {
  const { stdout } = await exec('env', [], { ...limits, env: { ...limits.env, ONLY: 'this' } });
  expect(stdout.split('\n').filter((line) => line && !line.startsWith('PATH='))).toEqual(['ONLY=this']);
});

test('ends a program that takes too long, with its children', async () => {
  const result = await exec('sh', ['-c', 'sleep 60 & sleep 60'], { ...limits, timeoutMs: 50 });
  expect(result).toMatchObject({ exitCode: null, endedBecause: 'timeout' });
});

test('does not wait for what left the group and keeps the output open', async () => {
  const result = await exec('sh', ['-c', 'echo said; exec setsid sleep 8 & wait'], { ...limits, timeoutMs: 500 });
  expect(result).toEqual({ exitCode: null, stdout: 'said\n', stderr: '', endedBecause: 'timeout' });
}, 5000);

test('ends a program that says too much', async () => {
  const result = await exec('yes', [], limits);
  expect(result.endedBecause).toBe('output-too-large');
  expect(result.stdout).toHaveLength(10_000);
});

test('rejects when there is no such program', async () => {
  await expect(exec('reeve-no-such-program', [], limits)).rejects.toMatchObject({ code: 'ENOENT' });
});
