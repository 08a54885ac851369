import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { KnownKind } from '../../src/domain/run/known-agents.ts';

const PROMPT = 'Mend it.';

type ByHand = { readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> };

/** How a person would give each program one turn, without Reeve: its own way to be used in scripts. */
const ways: Readonly<Record<KnownKind, (url: string) => ByHand>> = {
  'claude-code': (url) => ({
    args: ['-p', PROMPT, '--output-format', 'stream-json', '--verbose'],
    environment: {
      ...{ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'key' },
      ...{ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' },
    },
  }),
  codex: (url) => ({
    args: [
      ...['exec', '--json', '--skip-git-repo-check', '-s', 'danger-full-access', '-c', 'model_provider="scripted"'],
      ...['-c', `model_providers.scripted={name="S",base_url="${url}/v1",wire_api="responses",env_key="KEY"}`],
      // Without a network it would wait for its maker's servers, which is no time of its own.
      ...['apps', 'plugins', 'remote_plugin'].flatMap((name) => ['-c', `features.${name}=false`]),
      ...['-c', 'check_for_update_on_startup=false', '-c', 'analytics.enabled=false'],
      PROMPT,
    ],
    environment: { KEY: 'key' },
  }),
  opencode: (url) => ({
    args: ['run', '--format', 'json', PROMPT],
    environment: {
      ...{ OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_AUTOUPDATE: '1' },
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        ...{ model: 'scripted/scripted', small_model: 'scripted/scripted', autoupdate: false, share: 'disabled' },
        provider: {
          scripted: {
            ...{ npm: '@ai-sdk/openai-compatible', name: 'Scripted', models: { scripted: {} } },
            options: { baseURL: `${url}/v1`, apiKey: 'key' },
          },
        },
      }),
    },
  }),
  gemini: (url) => ({
    args: ['-p', PROMPT, '-o', 'stream-json', '-m', 'gemini-2.5-pro'],
    environment: { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'key', GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  }),
};

const geminiSettings = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  general: { enableAutoUpdate: false },
};

/** A person's place to work at, with a home of its own. */
export function openDesk(kind: KnownKind, program: string, url: string) {
  const path = mkdtempSync(join(tmpdir(), 'reeve-by-hand-'));
  for (const name of ['repo/.git', 'home/.gemini', 'home/.codex']) mkdirSync(join(path, name), { recursive: true });
  writeFileSync(join(path, 'home/.gemini/settings.json'), JSON.stringify(geminiSettings));
  const { args, environment } = ways[kind](url);
  return {
    /** Gives it one turn and resolves with how long that took. */
    async turn(): Promise<number> {
      const begun = performance.now();
      const child = spawn(program, args, {
        ...{ cwd: join(path, 'repo'), stdio: 'ignore' },
        env: { PATH: process.env['PATH'], HOME: join(path, 'home'), ...environment },
      });
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      if (code !== 0) throw new Error(`${kind} by hand ended with ${code}.`);
      return performance.now() - begun;
    },
    close: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
