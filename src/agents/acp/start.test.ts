import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';

import { runId, sessionId } from '../../domain/ids.ts';
import type { AgentTask } from '../agent.ts';
import { createAcpAgent } from './acp.ts';

const task: AgentTask = {
  ...{ runId: runId('7-3-1-r2'), sessionId: sessionId('7-3-1'), conversationId: 'c', isResume: true, mark: null },
  ...{ prompt: 'Do it.', promptPath: '/run/prompt.md', outputPath: '/run/output.jsonl', repoPath: '/work/repo' },
  ...{ homePath: '/work/home', filesPath: '/run/files', model: null, mcpServer: ['node', 'mcp.js'], mustAsk: true },
  access: { url: 'http://127.0.0.1:8080', bearer: 'bearer-of-this-run' },
};
const openCode = createAcpAgent({ kind: 'opencode', argv: ['opencode'] });
const gemini = createAcpAgent({ kind: 'gemini', argv: ['gemini'] });
const configurationOf = (changes: Partial<AgentTask>) =>
  JSON.parse(openCode.start({ ...task, ...changes }).environment['OPENCODE_CONFIG_CONTENT']!) as Record<
    string,
    unknown
  >;

test.each([
  ['acp', ['agent', '--acp'], ['agent', '--acp']],
  ['opencode', ['opencode'], ['opencode', 'acp']],
  [
    'gemini',
    ['gemini'],
    [
      ...['/bin/sh', '/run/files/start-gemini.sh', '/run/files/gemini-settings.json', 'gemini', '--acp'],
      ...['--extensions=none', '--allowed-mcp-server-names=reeve'],
    ],
  ],
] as const)('%s is started to speak, and is told of its run', (kind, argv, started) => {
  const start = createAcpAgent({ kind, argv }).start(task);
  expect(start.argv).toEqual(started);
  expect(start.environment).toMatchObject({
    REEVE_RUN_ID: '7-3-1-r2',
    REEVE_SESSION_ID: '7-3-1',
    REEVE_PROMPT_FILE: '/run/prompt.md',
    REEVE_OUTPUT: '/run/output.jsonl',
    REEVE_RESUME: '1',
  });
  expect(JSON.stringify([start.argv, start.files])).not.toContain('bearer-of-this-run');
});

describe('OpenCode', () => {
  test('asks before each tool but ours, and has no subagents, whose requests reach nobody', () => {
    const permission = { '*': 'ask', 'reeve_*': 'allow', todowrite: 'allow', task: 'deny' };
    expect(configurationOf({})).toMatchObject({ permission, experimental: { continue_loop_on_deny: true } });
    expect(JSON.parse(openCode.start(task).environment['OPENCODE_PERMISSION']!)).toMatchObject(permission);
    expect(configurationOf({ mustAsk: false })).toMatchObject({ permission: { '*': 'allow', question: 'deny' } });
  });

  test('finds its configuration where it cannot write, and none in its workspace or home', () => {
    const { environment, files } = openCode.start(task);
    expect(environment).toMatchObject({
      ...{ XDG_CONFIG_HOME: '/run/files', OPENCODE_TEST_HOME: '/run/files', OPENCODE_AUTH_CONTENT: '{}' },
      ...{ OPENCODE_PURE: '1', OPENCODE_DISABLE_PROJECT_CONFIG: '1', OPENCODE_DISABLE_AUTOUPDATE: '1' },
      OPENCODE_SERVER_PASSWORD: 'bearer-of-this-run',
    });
    const names = ['opencode.json', '.gitignore', 'node_modules', 'package-lock.json'];
    expect(Object.keys(files!)).toEqual(names.map((name) => `opencode/${name}`));
  });

  test.each([
    ['anthropic/claude-sonnet-4-5', 'anthropic', 'http://127.0.0.1:8080/v1', undefined],
    ['google/gemini-2.5-pro', 'google', 'http://127.0.0.1:8080/v1beta', undefined],
    ['openrouter/some/model', 'openrouter', 'http://127.0.0.1:8080/v1', '@ai-sdk/openai-compatible'],
    ['plain', 'reeve', 'http://127.0.0.1:8080/v1', '@ai-sdk/openai-compatible'],
  ])('reaches the model %s by the proxy of its run alone', (model, provider, baseURL, npm) => {
    const configuration = configurationOf({ model });
    expect(configuration['enabled_providers']).toEqual([provider]);
    const { [provider]: one } = configuration['provider'] as Record<string, { npm?: string; options: object }>;
    expect(one?.options).toEqual({ baseURL, apiKey: 'bearer-of-this-run' });
    expect(one?.npm).toBe(npm);
  });

  test('uses the keys of its environment when it has no proxy, and no model that is free for all', () => {
    expect(configurationOf({ access: null })).not.toHaveProperty('provider');
    expect(configurationOf({ access: null })).toMatchObject({ disabled_providers: ['opencode'] });
  });
});

describe('Gemini', () => {
  const directories: string[] = [];
  afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true })));

  test('does not trust what it works in, and reaches its model by the proxy of its run', () => {
    const { argv, environment } = gemini.start({ ...task, model: 'gemini-2.5-pro' });
    expect(argv.at(-1)).toBe('--model=gemini-2.5-pro');
    expect(environment).toMatchObject({
      ...{ GEMINI_CLI_TRUST_WORKSPACE: 'false', GEMINI_TELEMETRY_ENABLED: 'false' },
      ...{ GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:8080', GEMINI_API_KEY: 'bearer-of-this-run' },
    });
  });

  test('starts in a home in which only its conversations are left of earlier runs', async () => {
    const { home, launch } = launcher();
    const left = ['settings.json', 'policies/own.toml', 'extensions/own/x.json', '.env', '..hidden', 'GEMINI.md'];
    const kept = ['tmp/repo/chats/one.jsonl', 'history/repo/.project_root', 'projects.json'];
    for (const name of [...left, ...kept]) {
      mkdirSync(join(home, '.gemini', name, '..'), { recursive: true });
      writeFileSync(join(home, '.gemini', name), '{"left": true}');
    }
    writeFileSync(join(home, '.env'), 'NODE_OPTIONS=--bad');
    expect(await launch()).toBe('started with --acp\n');
    expect(readdirSync(join(home, '.gemini')).toSorted()).toEqual(['history', 'projects.json', 'settings.json', 'tmp']);
    expect(readdirSync(home)).toEqual(['.gemini']);
    for (const name of kept) expect(readFileSync(join(home, '.gemini', name), 'utf8')).toContain('left');
    const settings = JSON.parse(readFileSync(join(home, '.gemini/settings.json'), 'utf8')) as object;
    expect(settings).toMatchObject({ hooksConfig: { enabled: false }, advanced: { ignoreLocalEnv: true } });
  });

  test('starts in a home that was never used, or that was made to point elsewhere', async () => {
    const { home, launch } = launcher();
    expect(await launch()).toBe('started with --acp\n');
    rmSync(join(home, '.gemini'), { recursive: true });
    const elsewhere = join(home, '..', 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'file'), 'stays');
    symlinkSync(elsewhere, join(home, '.gemini'));
    await launch();
    expect(readdirSync(elsewhere)).toEqual(['file']);
  });

  test('does not take a conversation up in the minute in which it was begun', async () => {
    const { home, programs, launch } = launcher();
    const chats = join(home, '.gemini/tmp/repo/chats');
    mkdirSync(chats, { recursive: true });
    writeFileSync(join(chats, 'session-2026-11-20T18-46-8cf7d6f8.jsonl'), '');
    const clock = join(home, 'clock');
    writeFileSync(clock, '2026-11-20T18-46');
    writeFileSync(join(programs, 'date'), `#!/bin/sh\ncat ${clock}\n`, { mode: 0o700 });
    writeFileSync(join(programs, 'sleep'), `#!/bin/sh\necho 2026-11-20T18-47 > ${clock}\n`, { mode: 0o700 });
    expect(await launch()).toBe('started with --acp\n');
    expect(readFileSync(clock, 'utf8')).toBe('2026-11-20T18-47\n');
  });

  function launcher() {
    const directory = mkdtempSync(join(tmpdir(), 'reeve-gemini-'));
    directories.push(directory);
    const [home, filesPath] = [join(directory, 'home'), join(directory, 'files')];
    const programs = join(directory, 'bin');
    for (const path of [home, filesPath, programs]) mkdirSync(path);
    const program = join(directory, 'gemini');
    writeFileSync(program, '#!/bin/sh\necho "started with $1"\n', { mode: 0o700 });
    const { argv, files } = createAcpAgent({ kind: 'gemini', argv: [program] }).start({ ...task, filesPath });
    for (const [name, text] of Object.entries(files!)) writeFileSync(join(filesPath, name), text);
    const launch = async () => {
      const [shell, ...rest] = argv;
      return (await promisify(execFile)(shell, rest, { env: { HOME: home, PATH: `${programs}:/usr/bin:/bin` } }))
        .stdout;
    };
    return { home, programs, launch };
  }
});
