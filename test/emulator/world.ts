import { execFile } from 'node:child_process';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { expect, onTestFinished } from 'vitest';

import { createEmulator, type Emulator, type Seed } from '../../src/emulator/emulator.ts';
import type { Clock } from '../../src/lib/clock.ts';

export type Received = {
  readonly event: string;
  readonly guid: string;
  readonly isSigned: boolean;
  readonly payload: Record<string, unknown>;
};

export type World = {
  readonly emulator: Emulator;
  /** Deliveries so far, in order of arrival. */
  readonly received: Received[];
  /** `event.action` of each. */
  readonly names: () => string[];
  /** As the App, with its JWT. */
  readonly asApp: Octokit;
  /** As the App's installation. */
  readonly asBot: Octokit;
  readonly as: (login: string) => Octokit;
  /** Answers of the webhook receiver from now on. */
  readonly answerWith: (status: number) => void;
  /** Where the receiver listens. */
  readonly hooksUrl: string;
  readonly directory: () => Promise<string>;
};

/** Made once for each file of tests: keys are slow to make. */
const { privateKey: appKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

export const seed: Seed = {
  app: { id: 4711, slug: 'steward', webhookSecret: 'a-long-secret-of-the-tests', privateKey: appKey },
  users: [{ login: 'ada', name: 'Ada' }, { login: 'mallory' }],
  repositories: [
    {
      owner: 'acme',
      name: 'shop',
      files: { 'README.md': '# Shop\n', 'src/price.js': 'export const price = 1;\n' },
      collaborators: { ada: 'write', tom: 'triage', max: 'maintain' },
      labels: [{ name: 'bug', color: 'd73a4a', description: 'Something is not working' }],
      issues: [{ title: 'The price is wrong', body: 'It should be 2.', author: 'ada', labels: ['bug'] }],
    },
  ],
};

export const shop = { owner: 'acme', repo: 'shop' };

/** An emulator with a webhook receiver and clients. When the test ends, every request and answer must have kept GitHub's contract. */
export async function openWorld(
  options: { seed?: Seed; clock?: Clock; mayBreakContract?: boolean } = {},
): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'emulator-test-'));
  const emulator = await createEmulator({
    root: join(root, 'git'),
    seed: options.seed ?? seed,
    checkResponses: true,
    ...(options.clock && { clock: options.clock }),
  });
  const { privateKey, id, installationId, webhookSecret } = emulator.app;
  const received: Received[] = [];
  let status = 200;
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const signature = `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`;
      received.push({
        event: String(request.headers['x-github-event']),
        guid: String(request.headers['x-github-delivery']),
        isSigned: request.headers['x-hub-signature-256'] === signature,
        payload: JSON.parse(body.toString('utf8')),
      });
      response.writeHead(status).end('ok');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const hooksUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
  emulator.control.setWebhookUrl(hooksUrl);
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const common = { baseUrl: emulator.url, log: quiet };
  onTestFinished(async () => {
    await emulator.close();
    receiver.close();
    receiver.closeAllConnections();
    await rm(root, { recursive: true, force: true });
    expect(emulator.control.responseProblems()).toEqual([]);
    if (options.mayBreakContract !== true) {
      expect(emulator.requests().flatMap(({ path, problems }) => problems.map((each) => `${path}: ${each}`))).toEqual(
        [],
      );
    }
  });
  const auth = { appId: id, privateKey, ...(installationId !== null && { installationId }) };
  return {
    emulator,
    received,
    names: () =>
      received.map(({ event, payload: { action } }) => (typeof action === 'string' ? `${event}.${action}` : event)),
    asApp: new Octokit({ ...common, authStrategy: createAppAuth, auth: { appId: id, privateKey } }),
    asBot: new Octokit({ ...common, authStrategy: createAppAuth, auth }),
    as: (login) => new Octokit({ ...common, auth: emulator.control.userToken(login) }),
    answerWith: (next) => {
      status = next;
    },
    hooksUrl,
    directory: () => mkdtemp(join(root, 'work-')),
  };
}

const run = promisify(execFile);

/** Runs git as a person with a clean environment; gives what it prints. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: cwd,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@users.noreply.github.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@users.noreply.github.com',
  };
  const { stdout } = await run('git', args, { cwd, env });
  return stdout.trim();
}

/** The address to clone with a token. */
export function cloneUrl(emulator: Emulator, token: string, name = 'acme/shop'): string {
  return `${emulator.url.replace('http://', `http://x-access-token:${token}@`)}/${name}.git`;
}

/** The status of a request that must be refused. */
export async function refusal(request: Promise<unknown>): Promise<number> {
  const outcome: unknown = await request.then(
    () => 200,
    (error: unknown) => error,
  );
  if (typeof outcome === 'object' && outcome !== null && 'status' in outcome) return Number(outcome.status);
  throw new Error(`It was not refused: ${String(outcome)}`);
}
