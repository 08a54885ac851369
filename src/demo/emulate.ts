import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { createEmulator, type Emulator, type Seed } from '../emulator/emulator.ts';
import { messageOf, UserError } from '../lib/errors.ts';

export type EmulateOptions = {
  readonly port: number;
  /** A JSON file; a small repository when null. */
  readonly seedFile: string | null;
  readonly recordFile: string | null;
  readonly root: string | null;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
  readonly stdout: (text: string) => void;
};

/** The emulator alone, until `signal` aborts. Throws UserErrors for a seed that cannot be read or used. */
export async function runEmulator(options: EmulateOptions): Promise<void> {
  const root = options.root === null ? await mkdtemp(join(tmpdir(), 'reeve-emulate-')) : resolve(options.root);
  try {
    const seed = options.seedFile === null ? defaultSeed : await readSeed(options.seedFile);
    const emulator = await open(options, root, seed);
    options.stdout(options.isJson ? `${JSON.stringify(describe(emulator))}\n` : greeting(emulator));
    await new Promise<void>((end) => {
      if (options.signal.aborted) end();
      options.signal.addEventListener('abort', () => end(), { once: true });
    });
    await emulator.close();
  } finally {
    if (options.root === null) await rm(root, { recursive: true, force: true });
  }
}

/** Enough to try `reeve serve` against: an App, a person who may write, a person who may not, and one issue. */
const defaultSeed: Seed = {
  app: {
    id: 1,
    slug: 'reeve',
    webhookSecret: 'a-secret-for-this-emulator-only',
    webhookUrl: 'http://127.0.0.1:3000/api/github/webhooks',
  },
  users: [{ login: 'ada' }, { login: 'mallory' }],
  repositories: [
    {
      owner: 'octo-org',
      name: 'hello',
      collaborators: { ada: 'write' },
      issues: [{ title: 'Say hello', body: 'The README should greet its reader.', author: 'mallory' }],
    },
  ],
};

async function open(options: EmulateOptions, root: string, seed: Seed): Promise<Emulator> {
  try {
    return await createEmulator({
      ...{ port: options.port, root, seed },
      ...(options.recordFile === null ? {} : { recordFile: resolve(options.recordFile) }),
    });
  } catch (error) {
    throw new UserError('config-invalid', messageOf(error), { cause: error });
  }
}

async function readSeed(file: string): Promise<Seed> {
  try {
    // createEmulator parses it with its schema.
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UserError('config-invalid', `The seed ${file} cannot be read: ${messageOf(error)}. It is a JSON file.`, {
      cause: error,
    });
  }
}

function describe({ url, root, app }: Emulator): object {
  return { url, root, app };
}

function greeting({ url, root, app }: Emulator): string {
  return [
    `GitHub, as far as it goes, is at ${url}; its repositories are in ${root}.`,
    `The App ${app.slug} (APP_ID=${app.id}) is installed, with the webhook secret ${app.webhookSecret}`,
    `and this private key:`,
    '',
    app.privateKey.trim(),
    '',
    `Point a server at it with GITHUB_API_URL=${url}. ${url}/_emulator/ has its levers. Ctrl-C ends it.`,
    '',
  ].join('\n');
}
