import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { mirrorRoom, ourGit, scratch, type MirrorRoom } from '../../test/repositories.ts';
import { createGit, GitError } from './git.ts';

let room: MirrorRoom;
beforeEach(async () => {
  room = await mirrorRoom();
});
afterEach(() => room.remove());

describe('our git', () => {
  test('throws what git said when it fails', async () => {
    const failed = ourGit.output(room.mirror.path, ['rev-parse', '--verify', 'nothing']);
    await expect(failed).rejects.toThrow(/^git rev-parse: exit code 128: fatal: Needed a single revision$/);
    await expect(failed).rejects.toBeInstanceOf(GitError);
  });

  test('ends what says too much or takes too long', async () => {
    const shows = ourGit.output(room.mirror.path, ['log', '-p', 'main'], { outputBytesMax: 10 });
    await expect(shows).rejects.toMatchObject({ result: { endedBecause: 'output-too-large' } });
    const waits = ourGit.output(room.mirror.path, ['-c', 'alias.wait=!sleep 60', 'wait'], { timeoutMs: 50 });
    await expect(waits).rejects.toMatchObject({ result: { endedBecause: 'timeout' } });
  });

  test('obeys no configuration but its own, and takes nothing of the environment along', async () => {
    const home = scratch();
    writeFileSync(join(home.path, '.gitconfig'), '[user]\n\tname = Somebody\n');
    process.env['GIT_AUTHOR_NAME'] = 'Leak';
    const git = createGit({
      environment: {
        PATH: process.env['PATH'] ?? '',
        HOME: home.path,
        GIT_CONFIG_GLOBAL: join(home.path, '.gitconfig'),
      },
    });
    expect(await git.attempt(room.mirror.path, ['config', 'user.name'])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(await git.output(room.mirror.path, ['-c', 'alias.e=!env', 'e'])).not.toMatch(/Leak|Somebody/);
    delete process.env['GIT_AUTHOR_NAME'];
    home.remove();
  });

  test('that is not installed is the operator’s to mend', async () => {
    const git = createGit({ environment: { PATH: '/nowhere' } });
    await expect(git.output(room.mirror.path, ['status'])).rejects.toMatchObject({ code: 'program-missing' });
  });
});

/** A server that answers every request alike, and what it was asked. */
async function answering(status: number, headers: Record<string, string> = {}) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(status, headers).end('no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}/o/r.git`, requests, close };
}

describe('a remote that says no', () => {
  const authorization = 'Basic c2VjcmV0';

  test.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'not-found'],
  ])('%i is refused as %s, by fetch and by push', async (status, code) => {
    const server = await answering(status);
    const remote = { url: server.url, authorization };
    expect(await room.mirror.fetch(remote)).toMatchObject({ outcome: 'refused', code });
    const push = { ...remote, branch: 'x', head: room.base, expected: null };
    expect(await room.mirror.push(push)).toMatchObject({ outcome: 'refused', code });
    await server.close();
  });

  test.each([500, 502, 503, 429])('%i is worth another try later', async (status) => {
    const server = await answering(status);
    const remote = { url: server.url, authorization };
    await expect(room.mirror.fetch(remote)).rejects.toMatchObject({ name: 'TransientError', retryAt: 31_000 });
    await server.close();
  });

  test('a server that is not there is worth another try later', async () => {
    const server = await answering(200);
    await server.close();
    const fetched = room.mirror.fetch({ url: server.url, authorization });
    await expect(fetched).rejects.toMatchObject({ name: 'TransientError' });
  });

  test('the credential reaches the server it is for, and no other one by a redirect', async () => {
    const thief = await answering(404);
    const server = await answering(301, { location: `${thief.url}/info/refs?service=git-upload-pack` });
    expect(await room.mirror.fetch({ url: server.url, authorization })).toMatchObject({
      outcome: 'refused',
      code: 'moved-away',
    });
    expect(server.requests[0]?.headers.authorization).toBe(authorization);
    expect(thief.requests).toEqual([]);
    await server.close();
    await thief.close();
  });

  test('the credential is in no argument and in no message', async () => {
    const script = '!tr "\\0" " " < /proc/$PPID/cmdline; env | grep -c "c2Vj[c]mV0"';
    const credential = { url: 'https://host/o/r.git', authorization };
    const seen = await ourGit.output(room.mirror.path, ['-c', `alias.see=${script}`, 'see'], { credential });
    expect(seen).toMatch(/--git-dir=[^]* 1\n$/);
    expect(seen).not.toContain('c2VjcmV0');
    const twoLines = { ...credential, authorization: 'a\nb' };
    await expect(ourGit.output(room.mirror.path, ['version'], { credential: twoLines })).rejects.toThrow('one line');
  });
});
