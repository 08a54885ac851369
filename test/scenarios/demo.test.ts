import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

import { liveRuns } from '../../src/runs/live-runs.ts';
import { REQUESTS_MAX } from '../bench/story.ts';

const run = promisify(execFile);

test('the demo tells its story, and its facts are as promised', async () => {
  const home = await mkdtemp(join(tmpdir(), 'reeve-demo-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));

  const { stdout } = await run(process.execPath, ['dist/bin/reeve.js', 'demo', '--json', '--home', home]);

  const facts = JSON.parse(stdout) as { readonly requests: { readonly story: number; readonly total: number } };
  expect(facts.requests.story).toBeLessThanOrEqual(REQUESTS_MAX);
  expect(facts.requests.story * 2).toBeGreaterThan(facts.requests.total); // the other issue cost less, and nothing is left out
  expect(facts).toMatchObject({
    ...{ outcome: 'merged', agent: 'scripted', remembers: null },
    sessions: [{ state: 'done' }, { state: 'done' }],
    pulls: [{ state: 'merged' }, { state: 'merged' }],
    comments: 3,
    checkRuns: [
      { name: 'Reeve', conclusion: 'success' },
      { name: 'Reeve', conclusion: 'success' },
    ],
    questions: 1,
    restarts: 1,
    duplicates: 0,
    lost: 0,
    requests: { invalid: 0 },
  });
  const served = join(home, 'github', 'harbor-labs', 'tide.git');
  const { stdout: log } = await run('git', ['-C', served, 'log', '--format=%s%n%(trailers:key=Reeve-Session)', 'main']);
  expect(log.match(/^Merge pull request #\d+ from harbor-labs\/reeve\//gm)).toHaveLength(2);
  expect(log.match(/^Reeve-Session: \d+-\d-1$/gm)).toHaveLength(2);
  const requests = (await readFile(join(home, 'requests.jsonl'), 'utf8')).trim().split('\n');
  expect(requests.map((line) => Object.keys(JSON.parse(line)))).toEqual(
    requests.map(() => expect.arrayContaining(['method', 'path', 'body', 'status'])),
  );
});

test('what it says to look around with works when it is pasted, from anywhere', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'reeve-demo-test-'));
  const home = join(parent, "it's kept");
  const demo = spawn(process.execPath, ['dist/bin/reeve.js', 'demo', '--keep', '--home', home], { stdio: 'pipe' });
  onTestFinished(async () => {
    demo.kill('SIGINT');
    if (demo.exitCode === null) await once(demo, 'exit');
    await rm(parent, { recursive: true, force: true });
  });
  const line = await lineWith(demo.stdout, 'REEVE_HOME=');
  const { stdout } = await run('sh', ['-c', line], { cwd: parent });
  expect(stdout).toMatch(/^Sessions: 2 completed lately\n/);
});

test('a story that will not come true ends at once, says why, and leaves nothing running', async () => {
  const home = await mkdtemp(join(tmpdir(), 'reeve-demo-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const agent = ['--agent', 'codex', '--agent-program', '/bin/cat']; // reads what it is told, and never answers as Codex does

  const failed = run(process.execPath, ['dist/bin/reeve.js', 'demo', '--json', ...agent, '--home', home]);

  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^The story does not come true\. This is the card of issue #\d:\n\n### Reeve · Failed\n[^]*`codex`/,
    ),
  });
  expect(await liveRuns(join(home, 'reeve'))).toEqual([]);
});

async function lineWith(lines: Readable, word: string): Promise<string> {
  for await (const line of createInterface({ input: lines })) if (line.includes(word)) return line;
  throw new Error(`No line has ${word}.`);
}

test('a home that is not empty is refused in one sentence, and stays as it is', async () => {
  const home = await mkdtemp(join(tmpdir(), 'reeve-demo-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await writeFile(join(home, 'mine.txt'), 'mine');

  await expect(run(process.execPath, ['dist/bin/reeve.js', 'demo', '--home', home])).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: `${home} is not empty; name a new or an empty directory with --home.\n`,
  });
  expect(await readdir(home)).toEqual(['mine.txt']);
});
