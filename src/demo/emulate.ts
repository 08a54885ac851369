import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { readKeyFile } from '../config/private-key.ts';
import { createEmulator, type Emulator, type Seed } from '../emulator/emulator.ts';
import { parseSeed } from '../emulator/seed.ts';
import { replaceFile } from '../lib/atomic-file.ts';
import { messageOf, UserError } from '../lib/errors.ts';

export type EmulateOptions = {
  readonly port: number;
  /** A JSON file; a small repository when null. */
  readonly seedFile: string | null;
  /** Holds the App's private key: taken from it when it is there, else written to it. Null: the key is printed. */
  readonly keyFile: string | null;
  readonly recordFile: string | null;
  readonly root: string | null;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
  readonly stdout: (text: string) => void;
};

/** The emulator alone, until `signal` aborts. Throws UserErrors for a seed or a key that cannot be read or used. */
export async function runEmulator(options: EmulateOptions): Promise<void> {
  const root = options.root === null ? await mkdtemp(join(tmpdir(), 'reeve-emulate-')) : resolve(options.root);
  const keyFile = options.keyFile === null ? null : resolve(options.keyFile);
  try {
    const seed = options.seedFile === null ? defaultSeed : await readSeed(options.seedFile);
    const emulator = await open(options, root, withKey(seed, keyFile));
    try {
      if (keyFile !== null) await keepKey(keyFile, emulator.app.privateKey);
      const { isJson, signal, stdout } = options;
      stdout(isJson ? `${JSON.stringify(describe(emulator, keyFile))}\n` : greeting(emulator, keyFile));
      await new Promise<void>((end) => {
        if (signal.aborted) end();
        signal.addEventListener('abort', () => end(), { once: true });
      });
    } finally {
      await emulator.close();
    }
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
  users: [{ login: 'ada' }, { login: 'noor' }],
  repositories: [
    {
      owner: 'octo-org',
      name: 'hello',
      collaborators: { ada: 'write' },
      issues: [{ title: 'Say hello', body: 'The README should greet its reader.', author: 'noor' }],
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
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UserError('config-invalid', `The seed ${file} cannot be read: ${messageOf(error)}. It is a JSON file.`, {
      cause: error,
    });
  }
  try {
    return parseSeed(content);
  } catch (error) {
    throw new UserError('config-invalid', messageOf(error), { cause: error });
  }
}

/** A key that is there goes on being the App's, so that nothing of the operator's is ever written over. */
function withKey(seed: Seed, keyFile: string | null): Seed {
  if (keyFile === null || !existsSync(keyFile)) return seed;
  try {
    return { ...seed, app: { ...seed.app, privateKey: readKeyFile(keyFile) } };
  } catch (error) {
    throw new UserError('config-invalid', `--key ${messageOf(error)}, or name a file that is not there yet.`, {
      cause: error,
    });
  }
}

async function keepKey(keyFile: string, key: string): Promise<void> {
  if (existsSync(keyFile)) return;
  try {
    await replaceFile(keyFile, key);
  } catch (error) {
    const text = `--key names a file that cannot be written (${messageOf(error)}); make its directory, or name another.`;
    throw new UserError('config-invalid', text, { cause: error });
  }
}

function describe({ url, root, app }: Emulator, keyFile: string | null): object {
  const { privateKey, ...open } = app;
  return { url, root, app: { ...open, ...(keyFile === null ? { privateKey } : { privateKeyPath: keyFile }) } };
}

function greeting({ url, root, app }: Emulator, keyFile: string | null): string {
  return [
    `GitHub, as far as it goes, is at ${url}; its repositories are in ${root}.`,
    `The .env of a server that is its App ${app.slug}:`,
    '',
    `APP_ID=${app.id}`,
    keyFile === null ? `PRIVATE_KEY="${app.privateKey.trim().replaceAll('\n', '\\n')}"` : `PRIVATE_KEY_PATH=${keyFile}`,
    `WEBHOOK_SECRET=${app.webhookSecret}`,
    `GITHUB_API_URL=${url}`,
    '',
    `docs/emulator.md says how to act as a person; ${url}/_emulator/ lists its levers. Ctrl-C ends it.`,
    '',
  ].join('\n');
}
