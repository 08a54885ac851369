import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { bestSandbox } from '../../src/runs/choose-sandbox.ts';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { createServer, type Server } from '../reeve/server.ts';

export const REPO = 'harbor-labs/tide';
const SECRET = '6f1d0c9b7a5e4832b1c0d9e8f7a6b5c4d3e2f1a0';
const STEP_MS_MAX = 300_000; // fifty agents on a busy machine take a while to start
const LOOK_MS = 20;

/** A GitHub with one repository, and a server on a home of its own; the presets of all bounds but those of `settings`. */
export type World = {
  readonly emulator: Emulator;
  readonly server: Server;
  readonly home: string;
  /** Starts the server and lets GitHub deliver to it; gives its URL. */
  readonly start: () => Promise<string>;
  readonly label: (issue: number) => Promise<unknown>;
  readonly remove: () => Promise<void>;
};

type Options = {
  readonly issues: number;
  readonly files: Readonly<Record<string, string>>;
  readonly agent: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
};

/** The repository's issues get the numbers from 1 on. */
export async function createWorld({ issues, files, agent, settings = {} }: Options): Promise<World> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-bench-')));
  const operator = join(directory, 'operator');
  mkdirSync(operator);
  const [owner = '', name = ''] = REPO.split('/');
  const emulator = await createEmulator({
    root: join(directory, 'github'),
    seed: {
      app: { id: 77, slug: 'reeve', webhookSecret: SECRET },
      users: [{ login: 'ada' }],
      repositories: [
        {
          ...{ owner, name, files, collaborators: { ada: 'write' } },
          issues: Array.from({ length: issues }, (_, index) => ({ title: `Task ${index + 1}`, author: 'ada' })),
        },
      ],
    },
  });
  const home = join(directory, 'home');
  const path = process.env['PATH'] ?? '';
  const server = createServer({
    ...{ PATH: path, HOME: operator, REEVE_HOME: home, PORT: '0', GITHUB_API_URL: emulator.url },
    ...{ APP_ID: String(emulator.app.id), PRIVATE_KEY: emulator.app.privateKey, WEBHOOK_SECRET: SECRET },
    ...{ REEVE_AGENT: JSON.stringify(agent), REEVE_SANDBOX: await bestSandbox(path) },
    ...settings,
  });
  return {
    ...{ emulator, server, home },
    start: async () => {
      const url = await server.start();
      emulator.control.setWebhookUrl(`${url}/api/github/webhooks`);
      return url;
    },
    label: (number) => emulator.control.act({ as: 'ada', repo: REPO, do: 'label', number, label: 'reeve:ready' }),
    remove: async () => {
      await server.kill9();
      await emulator.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Looks until there is something other than null, undefined and false. */
export async function until<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  lookMs: number = LOOK_MS,
): Promise<NonNullable<Value>> {
  const deadline = Date.now() + STEP_MS_MAX;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await delay(lookMs);
  }
}
