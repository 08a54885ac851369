import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { complaint, environment, pem, pkcs8, rsa, secret, temporary } from '../../test/server-config.ts';
import { sandboxAlone } from '../domain/run/permission.ts';
import { readServerConfig } from './server-config.ts';

/** A command as an agent on call. */
const command = (argv: readonly string[]) => ({
  ...{ name: 'agent', kind: 'custom-command', argv, model: null, slotsMax: null, access: null, fallback: null },
});

test('the least that is needed gives a whole, frozen configuration', () => {
  const env = environment();
  const config = readServerConfig(env);
  expect(config).toEqual({
    roles: ['web', 'work', 'run'],
    app: { id: 12345, privateKey: pkcs8 },
    webhookSecrets: [secret],
    githubApiUrl: 'https://api.github.com',
    web: { host: '127.0.0.1', port: 3000 },
    homePath: env['REEVE_HOME'],
    logLevel: 'info',
    pollMs: 2000,
    sweepMs: 60_000,
    diskFreeBytesMin: 256_000_000,
    writeSpacingMs: 1000,
    compareMs: 900_000,
    restMs: 1500,
    listLagMs: 35_000,
    crashesMax: 5,
    keepMs: 90 * 86_400_000,
    runs: {
      agents: [command(['node', '/opt/agent.mjs'])],
      permissions: sandboxAlone,
      modelKeys: {},
      agentEnvironment: {},
      ...{ slotsMax: 2, slotsPerRepositoryMax: 2, slotsPerInstallationMax: 2 },
      sandbox: 'auto',
      setup: null,
      network: 'auto',
      runtime: 'detached',
      readablePaths: [],
      workspaces: 'clone',
      limits: {
        ...{ wallMs: 1_800_000, silenceMs: 600_000, outputBytesMax: 50_000_000 },
        ...{ memoryMiBMax: 4096, processesMax: 512, diskMiBMax: 10_240 },
        ...{ costMicroUsdMax: null, tokensMax: null, askGraceMs: 60_000 },
        ...{ stopGraceMs: 10_000 },
      },
      budgets: {
        multipleMax: 4,
        run: { costMicroUsd: 5e6, tokens: 10e6, agentMs: 1_800_000 },
        limits: {
          session: { costMicroUsd: 50e6, tokens: 100e6, agentMs: 14_400_000, runs: 20 },
          'repository-day': { costMicroUsd: 250e6, tokens: 500e6, agentMs: 172_800_000, runs: 200 },
          'server-day': { costMicroUsd: 500e6, tokens: 900e6, agentMs: 864_000_000, runs: 1000 },
        },
      },
      hiddenPaths: [],
    },
    secrets: [pkcs8, secret],
  });
  expect(Object.isFrozen(config) && Object.isFrozen(config.runs.limits) && Object.isFrozen(config.secrets)).toBe(true);
  expect(statSync(config.homePath).mode & 0o777).toBe(0o700);
});

test('everything can be said', () => {
  const directory = temporary();
  const keyFile = join(directory, 'app.pem');
  writeFileSync(keyFile, pem, { mode: 0o600 });
  const config = readServerConfig(
    environment({
      PRIVATE_KEY: undefined,
      PRIVATE_KEY_PATH: keyFile,
      WEBHOOK_SECRET_PREVIOUS: 'x7Kq2mVb9TzR4wLp8sNd',
      GITHUB_API_URL: 'http://127.0.0.1:4010/',
      HOST: '0.0.0.0',
      PORT: '0',
      REEVE_AGENT: '["node", "/opt/my agent.mjs", "$HOME"]',
      REEVE_AGENT_ENV: 'MODEL_KEY, LANG',
      MODEL_KEY: 'k-123456789',
      LANG: 'C.UTF-8',
      ...{ REEVE_SLOTS: '8', REEVE_SLOTS_PER_REPOSITORY: '3', REEVE_SLOTS_PER_INSTALLATION: '5' },
      ...{ REEVE_BUDGET_RUN_USD: '0.50', REEVE_BUDGET_SERVER_DAY_RUNS: '7' },
      ...{ REEVE_SANDBOX: 'bwrap', REEVE_NETWORK: 'a.example,*.b.example:80', REEVE_RUNTIME: 'tmux' },
      REEVE_READABLE_PATHS: '/opt/tools:/home/ada/tools',
      ...{ REEVE_RUN_MINUTES: '1', REEVE_SILENCE_MINUTES: '2', REEVE_ASK_GRACE_SECONDS: '3' },
      ...{ REEVE_OUTPUT_MB: '4', REEVE_RUN_MEMORY_MB: '500', REEVE_RUN_PROCESSES: '20' },
      ...{ REEVE_RUN_DISK_MB: '600', REEVE_DISK_FREE_MB: '9', REEVE_POLL_MS: '100' },
      ...{ REEVE_SWEEP_SECONDS: '5', REEVE_COMPARE_SECONDS: '7', REEVE_KEEP_DAYS: '7' },
      LOG_LEVEL: 'debug',
    }),
    { envFilePath: '/srv/reeve/.env' },
  );
  expect(config).toMatchObject({
    app: { privateKey: pkcs8 },
    webhookSecrets: [secret, 'x7Kq2mVb9TzR4wLp8sNd'],
    githubApiUrl: 'http://127.0.0.1:4010',
    web: { host: '0.0.0.0', port: 0 },
    logLevel: 'debug',
    pollMs: 100,
    sweepMs: 5000,
    diskFreeBytesMin: 9_000_000,
    compareMs: 7000,
    keepMs: 7 * 86_400_000,
    runs: {
      agents: [command(['node', '/opt/my agent.mjs', '$HOME'])],
      agentEnvironment: { MODEL_KEY: 'k-123456789', LANG: 'C.UTF-8' },
      ...{ slotsMax: 8, slotsPerRepositoryMax: 3, slotsPerInstallationMax: 5 },
      budgets: { run: { costMicroUsd: 500_000, agentMs: 60_000 }, limits: { 'server-day': { runs: 7 } } },
      sandbox: 'bwrap',
      network: ['a.example', '*.b.example:80'],
      readablePaths: ['/opt/tools', '/home/ada/tools'],
      runtime: 'tmux',
      limits: {
        ...{ wallMs: 60_000, silenceMs: 120_000, askGraceMs: 3000 },
        ...{ outputBytesMax: 4_000_000, memoryMiBMax: 500, processesMax: 20 },
        ...{ diskMiBMax: 600 },
      },
      hiddenPaths: [keyFile, '/srv/reeve/.env'],
    },
  });
  expect(config.secrets).toEqual([pkcs8, secret, 'x7Kq2mVb9TzR4wLp8sNd', 'k-123456789']);
});

test('every mistake is told at once, and no secret is repeated', () => {
  const message = complaint({
    APP_ID: undefined,
    PRIVATE_KEY: 'tooth-fairy',
    WEBHOOK_SECRET: 'hunter2',
    REEVE_AGENT: '',
    REEVE_SLOTS: '0',
    PORT: 'http',
    REEVE_SLOT: '3',
  });
  expect(message).toMatchInlineSnapshot(`
    "7 things in the configuration are wrong:
    - APP_ID is not set; copy the App's id from the top of its settings page on GitHub.
    - PRIVATE_KEY is not an RSA private key in PEM form, nor the base64 of one; use the .pem file that GitHub made for the App.
    - WEBHOOK_SECRET is too short to be safe (7 of at least 20 characters); make one with \`openssl rand -hex 32\` and set it here and in the App's settings.
    - PORT must be a whole number from 0 to 65535.
    - REEVE_SLOTS is 0, and 0 does not mean "no limit" here; set a whole number from 1 to 100.
    - REEVE_AGENT is not set; set it to the command of your agent, or play other roles than run here.
    - REEVE_SLOT is not a variable of Reeve; did you mean REEVE_SLOTS?"
  `);
  expect(message).not.toMatch(/tooth-fairy|hunter2/);
});

describe('a single mistake is a single sentence', () => {
  test.each<[string, string | undefined, RegExp, number?]>([
    ['APP_ID', 'my-app', /numeric id/],
    ['APP_ID', '0', /numeric id/],
    ['WEBHOOK_SECRET', undefined, /^WEBHOOK_SECRET is not set; make one with `openssl rand -hex 32`/],
    ['WEBHOOK_SECRET', '   ', /^WEBHOOK_SECRET is not set/],
    ['WEBHOOK_SECRET', 'nineteen-chars-9f86', /too short/],
    ['WEBHOOK_SECRET', 'development', /too short/],
    ['WEBHOOK_SECRET', 'development-development', /can be guessed/],
    ['WEBHOOK_SECRET', 'change-me-change-me-change-me', /can be guessed/],
    ['WEBHOOK_SECRET', 'your-webhook-secret-goes-here', /can be guessed/],
    ['WEBHOOK_SECRET', 'secretsecretsecretsecret', /can be guessed/],
    ['WEBHOOK_SECRET', 'abababababababababababab', /can be guessed/],
    ['WEBHOOK_SECRET_PREVIOUS', 'secret', /too short/],
    ['GITHUB_API_URL', 'api.github.com', /must be a URL/],
    ['GITHUB_API_URL', 'file:///etc', /must be a URL/],
    ['GITHUB_API_URL', 'http://ghe.example.org/api/v3', /unencrypted/],
    ['GITHUB_API_URL', 'http://127.0.0.1.example.org', /unencrypted/],
    ['GITHUB_API_URL', 'https://user:pass@ghe.example.org', /without a user/],
    ['HOST', 'example.org', /IP address/],
    ['PORT', '65536', /0 to 65535/],
    ['REEVE_BUDGET_RUN_USD', '0.00', /is 0, and 0 does not mean "no limit"/],
    ['REEVE_BUDGET_RUN_USD', '-1', /a sum in US dollars/],
    ['REEVE_BUDGET_SESSION_RUNS', '0', /does not mean "no limit"/],
    ['PORT', '-1', /0 to 65535/],
    ['PORT', '3e3', /0 to 65535/],
    ['REEVE_RUN_MINUTES', '0', /0 does not mean "no limit"/],
    ['REEVE_RUN_MINUTES', '0.5', /whole number/],
    ['REEVE_SILENCE_MINUTES', '0', /0 does not mean/],
    ['REEVE_ASK_GRACE_SECONDS', '0', /0 does not mean/],
    ['REEVE_OUTPUT_MB', '0', /0 does not mean/],
    ['REEVE_RUN_MEMORY_MB', '0', /0 does not mean/],
    ['REEVE_RUN_PROCESSES', '0', /0 does not mean/],
    ['REEVE_RUN_DISK_MB', '0', /0 does not mean/],
    ['REEVE_POLL_MS', '0', /0 does not mean/],
    ['REEVE_SANDBOX', 'docker', /one of auto, bwrap/],
    ['LOG_LEVEL', 'loud', /one of fatal/],
    ['REEVE_AGENT', undefined, /^REEVE_AGENT is not set/],
    ['REEVE_AGENT', '["node", 1]', /JSON array/],
    ['REEVE_AGENT', '["node"', /JSON array/],
    ['REEVE_AGENT', '[]', /names no program/],
    ['REEVE_AGENT', 'agent | tee log', /only a shell/],
    ['REEVE_AGENT', 'agent $HOME', /only a shell/],
    ['REEVE_AGENT', 'agent "open', /without its partner/],
    ['REEVE_AGENT', '/no/such/agent --fast', /is not there/],
    ['REEVE_AGENT', '/usr --fast', /may not be executed/],
    ['REEVE_AGENT', 'reeve-no-such-program --fast', /reeve-no-such-program, which is not on PATH/],
    ['REEVE_AGENT_ENV', 'KEY=value', /without their values/],
    ['REEVE_AGENT_ENV', 'NO_SUCH_VARIABLE_HERE', /not set/],
    ['REEVE_AGENT_ENV', 'WEBHOOK_SECRET', /must not have/],
    ['REEVE_AGENT_ENV', 'GH_TOKEN', /must not have/],
    ['PRIVATE_KEY', undefined, /^PRIVATE_KEY_PATH is not set, nor is PRIVATE_KEY/],
    ['PRIVATE_KEY', rsa(1024).export({ type: 'pkcs8', format: 'pem' }).toString(), /at least 2048 bits/],
    [
      'PRIVATE_KEY',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /RSA/,
    ],
    [
      'PRIVATE_KEY',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      /RSA private/,
    ],
    ['PRIVATE_KEY_PATH', '/no/such.pem', /both set/, 3],
    ['REEVE_HOME', '/dev/null/home', /cannot be written/],
    ['REEVE_HOME', '/proc/x/y', /^REEVE_HOME cannot be written/],
    ['REEVE_SLOTZ', '2', /did you mean REEVE_SLOTS\?$/],
  ])('%s=%s', (name, value, said, lines = 1) => {
    const message = complaint({ [name]: value });
    expect(message.split('\n').find((line) => said.test(line.replace(/^- /, '')))).toBeDefined();
    expect(message.split('\n')).toHaveLength(lines);
  });
});

test('a server that runs no agents needs none', () => {
  const config = readServerConfig(environment({ REEVE_AGENT: undefined }), { roles: ['web', 'work'] });
  expect(config.runs.agents).toBeNull();
});

test('an agent given by a path starts from anywhere', () => {
  const script = join(temporary(), 'agent.sh');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
  const relative = join('..', '..', '..', '..', '..', '..', '..', '..', script);
  const config = readServerConfig(environment({ REEVE_AGENT: `${relative} 'two words' x"y z"` }));
  expect(config.runs.agents?.[0].argv).toEqual([script, 'two words', 'xy z']);
});

test('a home that others may write in is refused, and one that is there stays as it is', () => {
  const home = temporary();
  expect(existsSync(readServerConfig(environment({ REEVE_HOME: home })).homePath)).toBe(true);
  chmodSync(home, 0o770);
  expect(complaint({ REEVE_HOME: home })).toMatch(
    /^REEVE_HOME is a directory that others may write in; run `chmod go-w /,
  );
});
