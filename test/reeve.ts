import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFailed, onTestFinished } from 'vitest';

import { verify } from '../src/operator.ts';
import { bestSandbox } from '../src/runs/choose-sandbox.ts';
import { createEmulator, type Emulator, type Seed } from '../src/emulator/emulator.ts';
import { allThreads, ownComments, tellThread, type OwnComment } from './reeve/comments.ts';
import { somebody } from './reeve/people.ts';
import { processesOf } from './reeve/processes.ts';
import { brokenPromises } from './reeve/promises.ts';
import { createServer, type Server } from './reeve/server.ts';

export type Reeve = Awaited<ReturnType<typeof startReeve>>;

type IssueSeed = { readonly title: string; readonly body?: string };
type Options = {
  /** A name of fixtures/agents, or a command; it may depend on the directory that holds all of the test. */
  readonly agent: string | readonly string[] | ((directory: string) => readonly string[]);
  /** The private key lies in a file and not in the server's environment. */
  readonly hasKeyFile?: boolean;
  readonly slots?: number;
  readonly sandbox?: string;
  /** Variables of the server, over those that every test has. */
  readonly settings?: Readonly<Record<string, string>>;
  /** They get the numbers from 1 on. */
  readonly issues?: readonly IssueSeed[];
  /** The story leaves something undone on purpose, so `reeve verify` may complain. */
  readonly mayBeUnwell?: boolean;
};

export const REPO = 'harbor-labs/tide';
const DEADLINE_MS = 90_000; // far more than any step takes on a machine that is busy with other things too
const LOOK_MS = 20;
const COMMAND_CHARACTERS_MAX = 120;
const LOG_TAIL_CHARACTERS = 6000;
export const SECRET = '6f1d0c9b7a5e4832b1c0d9e8f7a6b5c4d3e2f1a0';

const usualIssues: readonly IssueSeed[] = [
  { title: 'Say hello', body: 'The greeting is missing.' },
  { title: 'Say goodbye', body: 'The farewell is missing.' },
  { title: 'Say thanks', body: 'The thanks are missing.' },
];

/** The argv of a fixture agent. */
export function agentOf(agent: string | readonly string[]): readonly string[] {
  return typeof agent === 'string' ? [process.execPath, resolve(`fixtures/agents/${agent}.mjs`)] : agent;
}

function seedOf(issues: readonly IssueSeed[]): Seed {
  const [owner = '', name = ''] = REPO.split('/');
  return {
    app: { id: 77, slug: 'reeve', webhookSecret: SECRET },
    users: [{ login: 'ada' }, { login: 'mallory' }],
    repositories: [
      {
        ...{ owner, name, files: { 'README.md': '# Tide\n', 'src/tide.js': 'export const tide = 1;\n' } },
        collaborators: { ada: 'write', max: 'maintain', tom: 'triage', rita: 'read' },
        issues: issues.map((issue) => ({ ...issue, author: 'ada' })),
      },
    ],
  };
}

/** What the server of a test is told. */
async function environmentOf(emulator: Emulator, directory: string, options: Options): Promise<Record<string, string>> {
  const { slots = 2, settings = {}, agent } = options;
  const sandbox = options.sandbox ?? (await bestSandbox(process.env['PATH'] ?? ''));
  const { id, privateKey } = emulator.app;
  const operator = join(directory, 'operator');
  const keyPath = join(operator, 'app.pem');
  if (options.hasKeyFile === true) writeFileSync(keyPath, privateKey, { mode: 0o600 });
  const key = options.hasKeyFile === true ? { PRIVATE_KEY_PATH: keyPath } : { PRIVATE_KEY: privateKey };
  const argv = typeof agent === 'function' ? agent(directory) : agentOf(agent);
  return {
    ...{ PATH: process.env['PATH'] ?? '', HOME: operator },
    ...{ APP_ID: String(id), ...key, WEBHOOK_SECRET: SECRET, GITHUB_API_URL: emulator.url, PORT: '0' },
    ...{ REEVE_HOME: join(directory, 'home'), REEVE_POLL_MS: '100', REEVE_SWEEP_SECONDS: '1', LOG_LEVEL: 'debug' },
    REEVE_WRITE_SPACING_MS: '0',
    // What rests or waits for GitHub's lists has tests of its own; every story need not wait for it.
    ...{ REEVE_REST_MS: '0', REEVE_LIST_LAG_MS: '0' },
    ...{ REEVE_AGENT: JSON.stringify(argv), REEVE_SLOTS: String(slots), REEVE_SANDBOX: sandbox },
    REEVE_NETWORK: 'open', // no agent here needs one, and each would wait for its proxy's place; the demo keeps the preset
    ...settings,
  };
}

/** The whole product for one test: GitHub (the emulator), the built server, and people. Everything is checked and removed at the end. */
export async function startReeve(options: Options) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-story-')));
  mkdirSync(join(directory, 'operator'));
  const emulator = await createEmulator({
    root: join(directory, 'github'),
    seed: seedOf(options.issues ?? usualIssues),
    checkResponses: true,
  });
  const environment = await environmentOf(emulator, directory, options);
  const server = createServer(environment);
  let webhookUrl = '';
  const start = async (): Promise<void> => {
    webhookUrl = `${await server.start()}/api/github/webhooks`;
    emulator.control.setWebhookUrl(webhookUrl);
  };
  onTestFailed(() => {
    process.stderr.write(`${tell(emulator, server)}\n`);
  });
  const world = { directory, emulator, server, options };
  onTestFinished(() => endStory(world));
  await start();
  const ada = somebody(emulator, REPO, 'ada');
  return {
    ...{ directory, home: join(directory, 'home'), environment, emulator, server, ada },
    ...eyes(emulator),
    as: (login: string) => somebody(emulator, REPO, login),
    /** Another App's bot. */
    bot: async (slug: string) => {
      const check = { as: slug, do: 'report-check', repo: REPO, ref: 'main', name: 'build' } as const;
      await emulator.control.act(check);
      return somebody(emulator, REPO, `${slug}[bot]`);
    },
    /** Waits until a look gives something; else fails with everything that there is to see. */
    until: <Value>(look: () => Value | Promise<Value>, what: string) => until(world, look, what),
    /** Waits until the issue carries this label and no other of ours. */
    untilLabel: (issue: number, label: string | null) =>
      until(world, () => isLabelled(emulator, issue, label), `#${issue} to carry ${label ?? 'none of our labels'}`),
    /** Sends a signed delivery as GitHub would; gives the status of the answer. */
    deliver: async (event: string, payload: unknown, id: string, secret = SECRET): Promise<number> => {
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const { status } = await fetch(webhookUrl, {
        method: 'POST',
        body,
        headers: {
          ...{ 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': id },
          'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        },
      });
      return status;
    },
    webhookUrl: () => webhookUrl,
    /** Waits until agent-that-waits-for-a-sign works on the issue, and the issue says that somebody does. */
    untilAtWork: (issue: number) =>
      until(
        world,
        () => eyes(emulator).card(issue).includes('### Reeve · Working') && isWaitingForSign(directory, issue),
        `the agent to be at work on #${issue}`,
      ),
    /** Waits until every delivery is heard and every wish for GitHub done: what has not changed by now does not change. */
    calm: async () => {
      await emulator.settled();
      const isCalm = async (): Promise<boolean> => {
        const { deliveries, effects } = await verify(join(directory, 'home'));
        return deliveries.waiting + effects.pending + effects.sending + effects.unknown === 0;
      };
      await until(world, isCalm, 'every delivery to be heard');
    },
    kill9: () => server.kill9(),
    restart: async () => {
      await server.kill9();
      await start();
    },
    stop: () => server.stop(),
    log: () => server.log(),
    verify: () => verify(join(directory, 'home')),
    processes: () => processesOf(directory).filter(({ pid }) => pid !== server.pid()),
    workspaces: () => namesIn(join(directory, 'home', 'workspaces')),
    /** Those that were launched: a host that waits for its request has none. */
    runs: () => {
      const runs = join(directory, 'home', 'runs');
      return namesIn(runs).filter((name) => existsSync(join(runs, name, 'request.json')));
    },
    /** Lets agent-that-waits-for-a-sign go on. */
    giveSign: () => {
      for (const name of namesIn(join(directory, 'home', 'workspaces'))) {
        writeFileSync(join(directory, 'home', 'workspaces', name, 'tmp', 'sign'), '');
      }
    },
  };
}

/** What can be seen on GitHub. */
function eyes(emulator: Emulator) {
  const thread = (number: number) => emulator.control.thread(REPO, number);
  const own = (number: number, kind: OwnComment['kind']): OwnComment[] =>
    ownComments(thread(number)).filter((comment) => comment.kind === kind);
  const ada = somebody(emulator, REPO, 'ada');
  return {
    thread,
    labels: (number: number) => thread(number).labels,
    cards: (number: number) => own(number, 'card'),
    /** The text of the issue's card; empty while there is none. */
    card: (number: number) => own(number, 'card')[0]?.body ?? '',
    questions: (number: number) => own(number, 'question'),
    replies: (number: number) => own(number, 'reply'),
    pulls: async () => ((await ada.asks('/pulls?state=all&per_page=100')) as PullJson[]).toReversed(),
    /** The pull request that closes the issue, or null. */
    pull: async (issue: number) => {
      const pulls = (await ada.asks('/pulls?state=all&per_page=100')) as PullJson[];
      return pulls.find(({ body }) => body.startsWith(`Closes #${issue}\n`)) ?? null;
    },
    checkRuns: async (sha: string) =>
      ((await ada.asks(`/commits/${sha}/check-runs`)) as { check_runs: CheckJson[] }).check_runs,
    /** Asks git about the repository that GitHub serves. */
    git: (...args: string[]) =>
      execFileSync('git', ['-C', join(emulator.root, `${REPO}.git`), ...args], { encoding: 'utf8' }).trim(),
  };
}

type PullJson = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly draft: boolean;
  readonly merged_at: string | null;
  readonly head: { readonly ref: string; readonly sha: string };
};

type CheckJson = {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly external_id: string;
  readonly output: { readonly title: string; readonly summary: string };
};

type World = {
  readonly directory: string;
  readonly emulator: Emulator;
  readonly server: Server;
  readonly options: Options;
};

async function until<Value>(
  { emulator, server }: World,
  look: () => Value | Promise<Value>,
  what: string,
): Promise<NonNullable<Value>> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.\n${tell(emulator, server)}`);
    await delay(LOOK_MS);
  }
}

function isWaitingForSign(directory: string, issue: number): boolean {
  const runs = join(directory, 'home', 'runs');
  const newest = namesIn(runs)
    .filter((name) => name.split('-')[1] === String(issue))
    .toSorted()
    .at(-1);
  const events = join(runs, newest ?? '-', 'events.jsonl');
  return existsSync(events) && readFileSync(events, 'utf8').includes('Waiting for a sign');
}

function isLabelled(emulator: Emulator, issue: number, label: string | null): boolean {
  const ours = emulator.control.thread(REPO, issue).labels.filter((name) => name.startsWith('reeve:'));
  return ours.join() === (label ?? '');
}

function tell(emulator: Emulator, server: Server): string {
  return [...allThreads(emulator, REPO).map(tellThread), server.log().slice(-LOG_TAIL_CHARACTERS)].join('\n=====\n');
}

/** Ends everything, whatever state it is in, and looks whether the promises were kept. */
async function endStory({ directory, emulator, server, options }: World): Promise<void> {
  const broken: string[] = [];
  try {
    await emulator.settled();
    const wasRunning = server.isRunning();
    const exitCode = await server.stop();
    if (wasRunning && exitCode !== 0) broken.push(`The server ended with ${exitCode}.`);
    broken.push(...(await brokenPromises(emulator, REPO)));
    if (existsSync(join(directory, 'home', 'reeve.db')) && options.mayBeUnwell !== true) {
      broken.push(...(await verify(join(directory, 'home'))).problems);
    }
    broken.push(
      ...processesOf(directory).map(
        ({ pid, command }) => `A process is left: ${pid} ${command.slice(0, COMMAND_CHARACTERS_MAX)}`,
      ),
    );
  } finally {
    await server.kill9();
    for (const { pid } of processesOf(directory)) process.kill(pid, 'SIGKILL');
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
  expect(broken).toEqual([]);
}

function namesIn(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}
