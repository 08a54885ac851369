import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { verify } from '../../src/operator.ts';
import { bestSandbox } from '../../src/runs/choose-sandbox.ts';
import { createEmulator, type Emulator, type RequestRecord } from '../../src/emulator/emulator.ts';
import { figure, type Figure } from '../figures.ts';
import { createServer } from '../reeve/server.ts';

/** What one quiet story may cost; of 5,000 an hour that leaves room for a hundred stories and all reading besides. */
export const REQUESTS_MAX = 40;

const REPO = 'harbor-labs/tide';
const ISSUE = 1;
const SECRET = '6f1d0c9b7a5e4832b1c0d9e8f7a6b5c4d3e2f1a0';
const STEP_MS_MAX = 40_000; // far more than any step takes on a busy machine
const LOOK_MS = 50;
const LOG_TAIL_CHARACTERS = 4_000;
/** Longer than a change may rest, so that the card and the label say "working" as they do with an agent that takes minutes. */
const AGENT_THINKS_MS = 2_000;
const THINKS_FIRST = `data:text/javascript,await new Promise((resolve) => setTimeout(resolve, ${AGENT_THINKS_MS}))`;

/**
 * Counts every request of one story: label, question, answer, pull request, merge, and all that is cleaned up after. The
 * count is the emulator's own log, from the start of the server on a new home and a repository that has never seen Reeve
 * until the session is settled and nothing is left to do: the API, the tokens, git over HTTP, the sweep at the start. What
 * people do is not counted. The server runs as an operator starts it, with the presets of all bounds but the poll interval
 * (which costs no request), and stays with one server process; later sweeps are not part of a story.
 */
export async function story(): Promise<readonly Figure[]> {
  const requests = await playStory();
  return [figure('story.requests', requests.length, { atMost: REQUESTS_MAX }, 'requests')];
}

/** Plays it; gives the requests in order. */
export async function playStory(): Promise<readonly RequestRecord[]> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-quiet-')));
  mkdirSync(join(directory, 'operator'));
  const emulator = await createEmulator({
    root: join(directory, 'github'),
    seed: {
      app: { id: 77, slug: 'reeve', webhookSecret: SECRET },
      users: [{ login: 'ada' }],
      repositories: [
        {
          ...{
            owner: 'harbor-labs',
            name: 'tide',
            files: { 'README.md': '# Tide\n' },
            collaborators: { ada: 'write' },
          },
          issues: [{ title: 'Paint the boat', body: 'I am unsure about the colour.', author: 'ada' }],
        },
      ],
    },
  });
  const home = join(directory, 'home');
  const server = createServer(await environmentOf(emulator, { directory, home }));
  try {
    emulator.control.setWebhookUrl(`${await server.start()}/api/github/webhooks`);
    await act(emulator, home);
    return emulator.requests().filter(({ actor }) => actor !== 'ada');
  } catch (error) {
    throw new Error(`The story did not come true.\n${server.log().slice(-LOG_TAIL_CHARACTERS)}`, { cause: error });
  } finally {
    await server.stop();
    await emulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function act({ control, settled }: Emulator, home: string): Promise<void> {
  const as = { as: 'ada', repo: REPO } as const;
  const thread = () => control.thread(REPO, ISSUE);
  const says = (text: string): boolean => thread().comments.some(({ body }) => body.includes(text));
  const isLabelled = (label: string): boolean => thread().labels.join() === label;

  await control.act({ ...as, do: 'label', number: ISSUE, label: 'reeve:ready' });
  await until('the question', () => says('### Reeve asks') && isLabelled('reeve:waiting'));
  await control.act({ ...as, do: 'comment', number: ISSUE, body: 'b' });
  const pull = await until('the pull request', () => control.threads(REPO).find(({ isPull }) => isPull)?.number);
  await until('the review', () => isLabelled('reeve:review') && says('Ready for review'));
  await until('the check', () => JSON.stringify(control.checkRuns(REPO)).includes('"success"'));
  await control.act({ ...as, do: 'ready-for-review', number: pull });
  await control.act({ ...as, do: 'merge', number: pull });
  await until('the end', async () => {
    await settled();
    const { deliveries, effects, doubts, sessions } = await verify(home);
    const left = deliveries.waiting + effects.pending + effects.sending + effects.unknown + effects.failed + doubts;
    return left === 0 && sessions.every(({ state, isSettled }) => state === 'done' && isSettled);
  });
  if (!isLabelled('reeve:done') || !says('### Reeve · Merged')) throw new Error('The issue does not say how it ended.');
}

async function environmentOf(
  { app, url }: Emulator,
  { directory, home }: { readonly directory: string; readonly home: string },
): Promise<Readonly<Record<string, string>>> {
  const path = process.env['PATH'] ?? '';
  const agent = resolve('fixtures/agents/agent-that-asks-when-unsure.mjs');
  const argv = [process.execPath, '--import', THINKS_FIRST, agent];
  return {
    ...{ PATH: path, HOME: join(directory, 'operator'), REEVE_HOME: home, PORT: '0', GITHUB_API_URL: url },
    ...{ APP_ID: String(app.id), PRIVATE_KEY: app.privateKey, WEBHOOK_SECRET: SECRET },
    ...{ REEVE_AGENT: JSON.stringify(argv), REEVE_SANDBOX: await bestSandbox(path), REEVE_POLL_MS: '200' },
  };
}

async function until<Value>(what: string, look: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  const deadline = Date.now() + STEP_MS_MAX;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await delay(LOOK_MS);
  }
}
