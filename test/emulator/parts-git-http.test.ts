import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { serveGit, type GitAccess, type Push } from '../../src/emulator/git-http.ts';
import { createRepository, type Repository } from '../../src/emulator/repository.ts';
import { exec, type ExecResult } from '../../src/lib/exec.ts';

const zeros = '0'.repeat(40);
const access: Record<string, GitAccess> = { writer: 'write', reader: 'read', stranger: 'none-authenticated' };
const author = { name: 'Ada', email: 'ada@example.com', at: 1_700_000_000_000 };

let directory: string;
let server: Server;
let origin: string;
let repository: Repository;
let pushes: Push[];
let isPublic: boolean;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'git-http-'));
  const root = join(directory, 'root');
  repository = await createRepository({
    directory: join(root, 'octo', 'hello.git'),
    defaultBranch: 'main',
    files: { 'README.md': '# Hello\n' },
    message: 'First',
    author,
  });
  pushes = [];
  isPublic = false;
  const git = serveGit({
    root,
    authorize: ({ token }) => (token === null ? (isPublic ? 'read' : 'unknown') : (access[token] ?? 'unknown')),
    onPush: (push) => void pushes.push(push),
  });
  server = createServer((request, response) => {
    if (!git(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

function git(args: readonly string[], cwd = directory): Promise<ExecResult> {
  const env = {
    PATH: process.env['PATH']!,
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Bo',
    GIT_AUTHOR_EMAIL: 'bo@example.com',
    GIT_COMMITTER_NAME: 'Bo',
    GIT_COMMITTER_EMAIL: 'bo@example.com',
  };
  return exec('git', args, { cwd, env, timeoutMs: 15_000, outputBytesMax: 1_000_000 });
}

const url = (token: string | null, repo = 'hello') =>
  `http://${token === null ? '' : `x-access-token:${token}@`}${origin}/octo/${repo}.git`;

async function clone(token: string | null, ...args: string[]): Promise<string> {
  const work = join(directory, `work-${randomBytes(4).toString('hex')}`);
  expect(await git(['clone', '-q', ...args, url(token), work])).toMatchObject({ exitCode: 0 });
  return work;
}

async function commitIn(work: string, name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(work, name), content);
  await git(['add', '-A'], work);
  await git(['commit', '-q', '-m', `Add ${name}`], work);
  return (await git(['rev-parse', 'HEAD'], work)).stdout.trim();
}

test('clones, and reports each ref that a push moved', async () => {
  const first = (await repository.resolve('main'))!;
  const work = await clone('writer');
  const second = await commitIn(work, 'a.txt', 'a');
  expect(await git(['push', '-q', 'origin', 'HEAD:main', 'HEAD:refs/heads/reeve/1-a'], work)).toMatchObject({
    exitCode: 0,
  });
  expect(pushes).toEqual([
    {
      owner: 'octo',
      repo: 'hello',
      token: 'writer',
      updates: [
        { ref: 'refs/heads/main', before: first, after: second },
        { ref: 'refs/heads/reeve/1-a', before: zeros, after: second },
      ],
    },
  ]);
  expect(await repository.resolve('reeve/1-a')).toBe(second);

  expect(await git(['push', '-q', 'origin', ':reeve/1-a'], work)).toMatchObject({ exitCode: 0 });
  expect(pushes[1]!.updates).toEqual([{ ref: 'refs/heads/reeve/1-a', before: second, after: zeros }]);
  expect(await readdir(join(directory, 'root', '.hooks'))).toEqual(['post-receive']);
});

test('a push that changes nothing or is refused reports nothing', async () => {
  const work = await clone('writer');
  expect(await git(['push', '-q', 'origin', 'main'], work)).toMatchObject({ exitCode: 0 });
  await repository.commitFiles({ branch: 'main', changes: [{ path: 'b', content: 'b' }], message: 'B', author });
  await commitIn(work, 'a.txt', 'a');
  expect((await git(['push', 'origin', 'main'], work)).stderr).toContain('rejected');
  expect((await git(['push', 'origin', 'HEAD:refs/pull/1/head'], work)).stderr).toContain('hidden ref');
  expect(pushes).toEqual([]);
});

test('takes a large push and gives a shallow clone', async () => {
  const work = await clone('writer');
  const head = await commitIn(work, 'large.bin', randomBytes(5_000_000)); // sent chunked: more than http.postBuffer
  expect(await git(['push', '-q', 'origin', 'main'], work)).toMatchObject({ exitCode: 0 });
  expect(await repository.resolve('main')).toBe(head);
  const shallow = await clone('reader', '--depth=1');
  expect((await git(['rev-list', '--count', 'HEAD'], shallow)).stdout.trim()).toBe('1');
});

test('takes a compressed request: a fetch that names many commits', async () => {
  const work = await clone('writer');
  for (let i = 0; i < 40; i += 1) await git(['commit', '-q', '--allow-empty', '-m', `${i}`], work);
  await repository.commitFiles({ branch: 'main', changes: [{ path: 'b', content: 'b' }], message: 'B', author });
  expect(await git(['-c', 'protocol.version=0', 'fetch', '-q', 'origin'], work)).toMatchObject({ exitCode: 0 });
});

test('reading does not allow writing', async () => {
  const work = await clone('reader');
  await commitIn(work, 'a.txt', 'a');
  const { stderr, exitCode } = await git(['push', 'origin', 'main'], work);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('403');
  expect(pushes).toEqual([]);
});

test.each([
  ['nobody', null, 'could not read Username'],
  ['an unknown token', 'bogus', 'Authentication failed'],
  ['a token for other repositories', 'stranger', 'not found'],
])('%s is refused', async (_, token, text) => {
  expect((await git(['ls-remote', url(token)])).stderr).toContain(text);
});

test('a repository that is not there is not found', async () => {
  expect((await git(['ls-remote', url('writer', 'other')])).stderr).toContain('not found');
});

test('anybody reads a public repository, and is asked who they are before a push', async () => {
  isPublic = true;
  const work = await clone(null);
  await commitIn(work, 'a.txt', 'a');
  expect((await git(['push', 'origin', 'main'], work)).stderr).toContain('could not read Username');
});

test.each(['/repos/octo/hello', '/octo/hello', '/octo/../info/refs', '/../../info/refs', '/octo/hello.git/config'])(
  'leaves %s alone',
  async (path) => {
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port: origin.split(':')[1], path }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject).end();
    });
    expect(status).toBe(418);
  },
);

test('a client that goes away in the middle of a push leaves the server well', async () => {
  const sent = httpRequest(`http://${origin}/octo/hello.git/git-receive-pack`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('x-access-token:writer').toString('base64')}`,
      'content-type': 'application/x-git-receive-pack-request',
      'content-length': '1000',
    },
  });
  sent.on('error', () => {});
  sent.write('0');
  await new Promise((resolve) => server.once('request', resolve));
  sent.destroy();
  expect(await git(['ls-remote', url('reader')])).toMatchObject({ exitCode: 0 });
  expect(pushes).toEqual([]);
  await vi.waitFor(() => expect(backendsOf(join(directory, 'root'))).toEqual([]), { timeout: 10_000 });
});

/** git's own program goes on reading for ever where only the git that started it is killed. */
function backendsOf(projectRoot: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`GIT_PROJECT_ROOT=${projectRoot}\0`)
      );
    } catch {
      return false; // it has just ended
    }
  });
}
