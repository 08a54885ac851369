import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import { createEmulator } from '../emulator/emulator.ts';
import { systemClock } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import { PIPE } from '../render/terminal.ts';
import { createCli } from './cli.ts';
import type { Programs } from './programs.ts';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

/** Variables that whoever runs the tests may have set. */
beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(?:REEVE_.*|APP_ID|PRIVATE_KEY.*|WEBHOOK_SECRET.*|GITHUB_API_URL|HOST|PORT|LOG_LEVEL)$/.test(name)) {
      vi.stubEnv(name, undefined);
    }
  }
  return () => void vi.unstubAllEnvs();
});

/** A directory with an .env file in it. */
function directoryWith(lines: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'reeve-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  writeFileSync(
    join(path, '.env'),
    Object.entries(lines)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  return path;
}

const complete = () => {
  const home = mkdtempSync(join(tmpdir(), 'reeve-cli-home-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return {
    APP_ID: '7',
    PRIVATE_KEY: privateKey.toString(),
    WEBHOOK_SECRET: '9f86d081884c7d659a2feaa0c55ad015',
    REEVE_AGENT: 'sh',
    REEVE_HOME: home,
  };
};

async function run(
  args: readonly string[],
  { env = {}, ...programs }: Partial<Programs> & { env?: Record<string, string> } = {},
) {
  const calls: unknown[] = [];
  const record = async (options: unknown): Promise<number> => (calls.push(options), 0);
  let said = '';
  let complained = '';
  const cli = createCli(
    { serve: record, emulate: record, demo: record, ...programs },
    {
      version: '1.2.3',
      ...{ terminal: PIPE, now: systemClock, detached: () => AbortSignal.abort(), onTerminal: async () => {} },
      isInteractive: false,
      writeMuch: async (part) => void (said += String(part)),
      directory: directoryWith(env),
      write: (text) => void (said += text),
      writeError: (text) => void (complained += text),
    },
  );
  return { exitCode: await cli(args), calls, said, complained };
}

describe('serve', () => {
  test('starts the server with the configuration of .env', async () => {
    const env = complete();
    const { exitCode, calls } = await run(['serve'], { env });
    expect(exitCode).toBe(0);
    expect(calls).toMatchObject([{ app: { id: 7 }, homePath: env.REEVE_HOME, roles: ['web', 'work', 'run'] }]);
  });

  test('plays the roles that it is given', async () => {
    const { calls } = await run(['serve', '--role', 'web, work'], { env: { ...complete(), REEVE_AGENT: '' } });
    expect(calls).toMatchObject([{ roles: ['web', 'work'] }]);
  });

  test('is refused with sentences and 2 when the configuration is wrong', async () => {
    const { exitCode, calls, said, complained } = await run(['serve'], {
      env: { ...complete(), WEBHOOK_SECRET: 'secret' },
    });
    expect({ exitCode, calls, said }).toEqual({ exitCode: 2, calls: [], said: '' });
    expect(complained).toMatch(/^WEBHOOK_SECRET is too short .*openssl rand -hex 32.*\n$/);
  });

  test('is refused in one sentence and 2 when there is a second server', async () => {
    const serve = () => Promise.reject(new UserError('home-in-use', 'A server already uses the home.'));
    const { exitCode, complained } = await run(['serve'], { env: complete(), serve });
    expect({ exitCode, complained }).toEqual({ exitCode: 2, complained: 'A server already uses the home.\n' });
  });

  test('ends with 1 and the whole error, causes too, when the fault is ours', async () => {
    const serve = () => Promise.reject(new Error('oops', { cause: new Error('deep down') }));
    const { exitCode, complained } = await run(['serve'], { env: complete(), serve });
    expect(exitCode).toBe(1);
    expect(complained).toMatch(/Error: oops\n\s+at [^]*caused by Error: deep down/);
  });
});

test('emulate and demo get their options', async () => {
  const files = ['--seed', 's.json', '--key', 'k.pem', '--record', 'r.jsonl'];
  const emulate = ['emulate', '--port', '4010', ...files, '--root', 'git', '--json'];
  expect((await run(emulate)).calls).toEqual([
    { port: 4010, seed: 's.json', key: 'k.pem', record: 'r.jsonl', root: 'git', json: true },
  ]);
  expect((await run(['demo', '--json', '--keep', '--home', 'd', '--port', '0'])).calls).toEqual([
    { json: true, keep: true, home: 'd', port: 0 },
  ]);
  expect((await run(['demo', '--agent', 'codex', '--agent-program', '/opt/codex'])).calls).toEqual([
    { agent: 'codex', agentProgram: '/opt/codex' },
  ]);
  expect((await run(['demo'])).calls).toEqual([{}]);
  expect(await run(['demo', '--agent', 'clippy'])).toMatchObject({ exitCode: 2, calls: [] });
});

test('replay gets the home and what is meant', async () => {
  const env = complete();
  const calls: unknown[] = [];
  const replay = async (options: unknown): Promise<number> => (calls.push(options), 0);
  await run(['replay', 'delivery', 'd-1'], { env, replay });
  await run(['replay', 'effect', '1/2/react'], { env, replay });
  expect(calls).toEqual([
    { homePath: env.REEVE_HOME, kind: 'delivery', name: 'd-1' },
    { homePath: env.REEVE_HOME, kind: 'effect', name: '1/2/react' },
  ]);
  expect(await run(['replay', 'session', 'x'], { env, replay })).toMatchObject({ exitCode: 2 });
  expect(await run(['replay', 'delivery'], { env, replay })).toMatchObject({ exitCode: 2 });
});

test('supervise is serve with the role run alone', async () => {
  const { calls } = await run(['supervise'], { env: complete() });
  expect(calls).toMatchObject([{ app: { id: 7 }, roles: ['run'] }]);
});

test.each([
  [['wait', '1-2-1', '--timeout', 'soon'], /number of seconds/],
  [['wait', '1-2-1', '--timeout', '99999999'], /number of seconds up to/],
  [['attach', '1-2-1', '--from', '-1'], /whole number/],
  [['answer', '1-2-1'], /missing required argument 'text'/],
  [['pause'], /missing required argument 'id'/],
])('%j is wrong use', async (args, complaint) => {
  const home = (): never => {
    throw new Error('It opened the home.');
  };
  const { exitCode, complained } = await run(args, { env: complete(), home });
  expect(exitCode).toBe(2);
  expect(complained).toMatch(complaint);
});

test('a shell can ask what fits, by what each command says of itself', async () => {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  await run(['complete', '--', 'serve', '--']);
  expect(printed.join('\n')).toContain('--role\twhich of web, work and run this server plays');
  await run(['completion', 'bash']);
  expect(printed.join('\n')).toContain('requestComp="reeve complete -- ');
  log.mockRestore();
  expect((await run(['completion', 'tcsh'])).exitCode).toBe(2);
  expect((await run(['completion', '--help'])).said).toContain('source <(reeve completion bash)');
});

test('the exit code is what the program says', async () => {
  expect((await run(['demo'], { demo: async () => 1 })).exitCode).toBe(1);
});

test.each([
  [['serve', '--role', 'king'], /The roles are web, work, run/],
  [['emulate', '--port', 'x'], /whole number/],
  [['emulate', '--port', '70000'], /whole number/],
  [['srve'], /unknown command[^]*Did you mean serve/],
  [['serve', '--rol'], /unknown option/],
  [[], /Usage: reeve/],
])('%j is wrong use: it starts nothing, says what is wrong, and ends with 2', async (args, complaint) => {
  const { exitCode, calls, said, complained } = await run(args);
  expect({ exitCode, calls, said }).toEqual({ exitCode: 2, calls: [], said: '' });
  expect(complained).toMatch(complaint);
});

test('help and version go to stdout and end with 0', async () => {
  expect(await run(['--version'])).toMatchObject({ exitCode: 0, said: '1.2.3\n', complained: '' });
  const { exitCode, said } = await run(['--help']);
  expect(exitCode).toBe(0);
  for (const name of ['serve', 'emulate', 'demo', 'doctor']) expect(said).toContain(`  ${name} `);
});

test('doctor tells what to mend, and ends with 0 only when nothing is', async () => {
  const ill = await run(['doctor'], { env: { APP_ID: 'x', REEVE_HOME: complete().REEVE_HOME } });
  expect(ill.exitCode).toBe(1);
  expect(ill.said).toMatch(/^ok {3}Node\.js: version /);
  expect(ill.said).toContain(
    "MEND configuration: 4 things in the configuration are wrong:\n     - APP_ID must be the App's numeric id;",
  );
});

test('doctor looks at a home and makes and writes nothing', async () => {
  const env = complete();
  const absent = join(env.REEVE_HOME, 'not', 'there');
  const unmade = await run(['doctor'], { env: { ...env, REEVE_HOME: absent, GITHUB_API_URL: 'http://127.0.0.1:1' } });
  expect(unmade.said).toContain(`configuration: complete; state is kept in ${absent}`);
  expect(unmade.said).toContain(`GB free at ${absent}`);
  expect(readdirSync(env.REEVE_HOME)).toEqual([]);
  chmodSync(env.REEVE_HOME, 0o777);
  const open = await run(['doctor'], { env });
  expect(open.said).toMatch(/MEND configuration: REEVE_HOME is a directory that others may write in/);
  writeFileSync(absent.replace('/not/there', '/file'), '');
  const file = await run(['doctor'], { env: { ...env, REEVE_HOME: join(env.REEVE_HOME, 'file') } });
  expect(file.said).toMatch(/MEND configuration: REEVE_HOME cannot be written \(ENOTDIR/);
});

test('doctor asks GitHub whether it knows the App by its key', async () => {
  const root = mkdtempSync(join(tmpdir(), 'reeve-cli-github-'));
  const seed = { app: { id: 7, slug: 'steward', webhookSecret: 'x', privateKey: privateKey.toString() } };
  const emulator = await createEmulator({ root, seed });
  onTestFinished(async () => {
    await emulator.close();
    rmSync(root, { recursive: true });
  });
  const env = { ...complete(), REEVE_SANDBOX: 'none', GITHUB_API_URL: emulator.url };
  const well = await run(['doctor'], { env });
  expect(well.said).not.toContain('MEND');
  expect(well.said).toContain('warn sandbox: none works');
  expect(well.said).toMatch(/ok {3}agent agent: \/\S+\/sh\nok {3}GitHub: \S+ knows the App steward by its key\n$/);
  expect(well.exitCode).toBe(0);
  expect(emulator.requests()).toMatchObject([{ method: 'GET', path: '/app', actor: 'app:steward', problems: [] }]);

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const stranger = await run(['doctor'], { env: { ...env, PRIVATE_KEY: other.toString() } });
  expect(stranger.said).toMatch(/MEND GitHub: \S+ answered 401 \(.+\); the key is not one of App 7/);
  expect(stranger.exitCode).toBe(1);
  const unknown = await run(['doctor'], { env: { ...env, APP_ID: '8' } });
  expect(unknown.said).toMatch(/MEND GitHub: \S+ answered 404 \(Integration not found\); there is no App 8/);
  const nobody = await run(['doctor'], { env: { ...env, GITHUB_API_URL: 'http://127.0.0.1:1' } });
  expect(nobody.said).toMatch(/MEND GitHub: http:\/\/127\.0\.0\.1:1 does not answer \(.+\); correct GITHUB_API_URL/);
});

test('a terminal is not shown where there is none', async () => {
  const { exitCode, complained } = await run(['attach', '5-7-1', '--tmux'], {
    home: () => {
      throw new Error('A home was opened.');
    },
  });
  expect({ exitCode, complained }).toEqual({
    exitCode: 2,
    complained:
      '--tmux shows a terminal in a terminal, and this command has none. `reeve attach 5-7-1` shows the transcript.\n',
  });
});
