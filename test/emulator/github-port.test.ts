import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';

import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { describeGitHub, type GitHubStage } from '../../src/github/github.conformance.ts';
import { UnknownOutcomeError } from '../../src/github/errors.ts';
import { createLimiter } from '../../src/github/limits/limiter.ts';
import { createOctokitGitHub } from '../../src/github/octokit-github.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { exec } from '../../src/lib/exec.ts';
import { TransientError } from '../../src/lib/errors.ts';
import { keptInMemory } from '../limits.ts';
import { seed } from './world.ts';
import { withoutLimits } from '../../src/domain/limits/limits.ts';

const repo = 'acme/shop';

type EmulatedStage = GitHubStage & { readonly emulator: Emulator };

async function open(): Promise<EmulatedStage> {
  const root = await mkdtemp(join(tmpdir(), 'github-port-'));
  const emulator = await createEmulator({ root: join(root, 'git'), seed, checkResponses: true });
  onTestFinished(async () => {
    await emulator.close();
    await rm(root, { recursive: true, force: true });
    const problems = emulator.requests().flatMap(({ path, problems: each }) => each.map((one) => `${path}: ${one}`));
    expect([...problems, ...emulator.control.responseProblems()]).toEqual([]);
  });
  const { control, app } = emulator;
  control.setWebhookUrl('http://127.0.0.1:9/nobody-listens');
  const github = createOctokitGitHub({
    ...{ appId: app.id, privateKey: app.privateKey, apiUrl: emulator.url, userAgent: 'reeve-test' },
    clock: () => Date.now(),
    log: pino({ level: 'silent' }),
    mayWrite: async () => {},
    requestTimeoutMs: 10_000, // merges take a while on a busy machine
    limiter: createLimiter({ kept: keptInMemory(), clock: systemClock, limits: withoutLimits }),
  });
  const get = async (path: string): Promise<{ readonly id: number; readonly login: string }> => {
    const { id, login } = (await control.act({ do: 'request', as: 'ada', method: 'GET', path })) as {
      id: number;
      login: string;
    };
    return { id, login };
  };
  const { id } = await get(`/repos/${repo}`);
  const by = (login: string) => get(`/users/${login}`);
  return {
    emulator,
    github,
    repository: { id, owner: 'acme', name: 'shop', installationId: app.installationId! },
    issueNumber: 1,
    writer: await by('ada'),
    maintainer: await by('max'),
    triager: await by('tom'),
    outsider: await by('mallory'),
    comment: async ({ login: as }, number, body) =>
      ((await control.act({ as, repo, number, body, do: 'comment' })) as { id: number }).id,
    deleteComment: async (comment) => void (await control.act({ as: 'max', do: 'delete-comment', repo, comment })),
    push: async (branch) => {
      const files = { 'src/price.js': `export const price = 2; // ${branch}\n` };
      await control.act({ as: 'ada', do: 'push', repo, branch, files, message: 'Mend the price' });
      const path = `/repos/${repo}/git/ref/heads/${branch}`;
      const ref = (await control.act({ do: 'request', as: 'ada', method: 'GET', path })) as { object: { sha: string } };
      return ref.object.sha;
    },
    merge: async (number) => {
      await control.act({ as: 'ada', do: 'ready-for-review', repo, number });
      await control.act({ as: 'ada', do: 'merge', repo, number });
    },
    closePull: async (number) => void (await control.act({ as: 'ada', do: 'close-pull', repo, number })),
    deliveriesSettled: () => emulator.settled(),
    tryGit: (access) => tryGit(access, root),
  };
}

async function tryGit(
  { url, authorization }: { readonly url: string; readonly authorization: string },
  root: string,
): Promise<'none' | 'read' | 'write'> {
  const clone = await mkdtemp(join(root, 'clone-'));
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: clone, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.extraHeader' },
    GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
  };
  const git = async (...args: string[]): Promise<boolean> =>
    (await exec('git', args, { cwd: clone, env, timeoutMs: 20_000, outputBytesMax: 1_000_000 })).exitCode === 0;
  if (!(await git('clone', '--quiet', url, 'work'))) return 'none';
  return (await git('-C', 'work', 'push', '--quiet', 'origin', 'HEAD:refs/heads/reeve/try')) ? 'write' : 'read';
}

describeGitHub('the emulator through Octokit', open);

it('does not know whether a comment was made when the answer was lost, and finds it then', async () => {
  const { emulator, github, repository } = await open();
  const path = '/repos/*/*/issues/*/comments';
  emulator.control.addFault({ kind: 'status', method: 'POST', path, status: 502, when: 'after' });
  await expect(github.createComment(repository, 1, '<!-- m --> Card')).rejects.toThrow(UnknownOutcomeError);
  emulator.control.addFault({ kind: 'reset', method: 'POST', path, when: 'after' });
  await expect(github.createComment(repository, 1, '<!-- n --> Card')).rejects.toThrow(UnknownOutcomeError);
  const comments = await github.comments(repository, 1);
  expect(comments.map(({ body }) => body)).toEqual(['<!-- m --> Card', '<!-- n --> Card']);
  expect(await github.findComments(repository, 1, '<!-- n -->')).toMatchObject([{ id: comments[1]?.id }]);
});

it.each(['status', 'reset'] as const)('sends no write a second time by itself after a %s', async (kind) => {
  const { emulator, github, repository } = await open();
  const path = '/repos/*/*/issues/*/comments';
  const failing = kind === 'status' ? { kind, status: 502 } : { kind };
  emulator.control.addFault({ ...failing, method: 'POST', path, when: 'after', times: null });
  await expect(github.createComment(repository, 1, 'Once')).rejects.toThrow(UnknownOutcomeError);
  const sent = emulator.requests().filter(({ method, path: to }) => method === 'POST' && to.endsWith('/comments'));
  expect(sent).toHaveLength(1);
  expect(await github.comments(repository, 1)).toHaveLength(1);
});

it('gives a look to a label that GitHub had to make, and to no other', async () => {
  const { emulator, github, repository } = await open();
  const look = { name: 'reeve:working', color: '1d76db', description: 'An agent is at work' };
  await github.addLabel(repository, 1, look);
  await github.addLabel(repository, 1, look);
  const sent = emulator.requests().flatMap(({ method, path }) => (path.includes('/labels') ? [method] : []));
  expect(sent).toEqual(['POST', 'PATCH', 'POST']);
  const label = await emulator.control.act({
    ...{ do: 'request', as: 'ada', method: 'GET', path: `/repos/${repo}/labels/${encodeURIComponent(look.name)}` },
  });
  expect(label).toMatchObject(look);
});

it('waits as long as GitHub says when it is asked to slow down', async () => {
  const { emulator, github, repository } = await open();
  emulator.control.addFault({ kind: 'status', path: '/repos/*/*/issues/*', status: 403, retryAfterSeconds: 120 });
  const before = Date.now();
  const error = await github.issue(repository, 1).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransientError);
  expect((error as TransientError).retryAt).toBeGreaterThanOrEqual(before + 120_000);
});
