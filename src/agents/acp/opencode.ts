import type { AgentTask, ModelAccess } from '../agent.ts';
import { runVariables } from '../run-variables.ts';
import type { Dialect } from './dialect.ts';

/**
 * OpenCode (seen with 1.18.33). What cannot be switched off:
 * - A part of it reads `.opencode` of the workspace whatever we say, and runs the plugins in it; only the sandbox holds those.
 *   Its other settings there, servers and permissions among them, are not obeyed.
 * - It serves its own interface on a loopback port while it runs, and every command that it starts knows the password: one
 *   that was allowed can allow itself more there. Only the sandbox holds it then.
 * - It answers a model that fails up to six times in silence, and waits as long as `retry-after` says: the run host sees an
 *   agent that is quiet. It tells the words of an error, not its status.
 * - What subagents use is in none of its figures, and it tells the tokens of a turn's last step alone.
 * - Its tools run in sessions of their own and outlive it.
 */
export const openCode: Dialect = {
  start(spec, task) {
    return {
      argv: [...spec.argv, 'acp'],
      environment: {
        ...runVariables(task),
        ...switches,
        // Its configuration directories: with plugins, agents and commands of whoever can write there.
        XDG_CONFIG_HOME: task.filesPath,
        OPENCODE_TEST_HOME: task.filesPath,
        OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration(task)),
        // Then its own interface is closed to other runs that share its network.
        ...(task.access === null ? {} : { OPENCODE_SERVER_PASSWORD: task.access.bearer }),
        OPENCODE_PERMISSION: JSON.stringify(permissions(task.mustAsk)),
      },
      files: configurationFiles,
    };
  },
  takesPromptsWhileBusy: true,
  takesMcpServers: true,
  modelName: (model) => withProvider(model).full,
  turnTokens: () => null,
};

/** It makes the first two where they are missing, and ends where it may not. By the others its plugins' package is there. */
const configurationFiles = {
  'opencode/opencode.json': '{}\n',
  'opencode/.gitignore': '*\n',
  'opencode/node_modules': '',
  'opencode/package-lock.json': '{"packages":{"":{"dependencies":{"@opencode-ai/plugin":"*"}}}}\n',
};

const switches = {
  OPENCODE_PURE: '1',
  OPENCODE_DISABLE_PROJECT_CONFIG: '1',
  OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
  OPENCODE_DISABLE_CLAUDE_CODE: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  // Credentials in its home are not asked: one of them may name a server that configures it.
  OPENCODE_AUTH_CONTENT: '{}',
};

/** The last rule that fits decides. A subagent's request reaches nobody, so where it would have to ask there is none. */
function permissions(mustAsk: boolean) {
  const always = { doom_loop: 'deny', question: 'deny' };
  return mustAsk
    ? { '*': 'ask', 'reeve_*': 'allow', todowrite: 'allow', task: 'deny', ...always }
    : { '*': 'allow', ...always };
}

function configuration({ model, access, mustAsk }: AgentTask) {
  const chosen = model === null ? null : withProvider(model);
  return {
    autoupdate: false,
    share: 'disabled',
    snapshot: false,
    lsp: false,
    formatter: false,
    permission: permissions(mustAsk),
    // Otherwise what was denied ends the turn, as if all were done.
    experimental: { continue_loop_on_deny: true },
    ...(chosen === null
      ? { disabled_providers: ['opencode'] }
      : { model: chosen.full, small_model: chosen.full, enabled_providers: [chosen.provider] }),
    ...(access === null ? {} : { provider: providers(access, chosen) }),
  };
}

type Choice = { readonly full: string; readonly provider: string; readonly model: string };

/** OpenCode names a model with its provider; one without is of ours. */
function withProvider(model: string): Choice {
  const slash = model.indexOf('/');
  return slash > 0
    ? { full: model, provider: model.slice(0, slash), model: model.slice(slash + 1) }
    : { full: `reeve/${model}`, provider: 'reeve', model };
}

// Where each provider's interface begins; the others speak as OpenAI does.
const paths: Readonly<Record<string, string>> = { anthropic: '/v1', openai: '/v1', google: '/v1beta' };

function providers({ url, bearer }: ModelAccess, chosen: Choice | null) {
  const at = (path: string) => ({ options: { baseURL: `${url}${path}`, apiKey: bearer } });
  if (chosen === null) return Object.fromEntries(Object.entries(paths).map(([provider, path]) => [provider, at(path)]));
  const models = { [chosen.model]: {} };
  const path = paths[chosen.provider];
  if (path !== undefined) return { [chosen.provider]: { ...at(path), models } };
  return {
    [chosen.provider]: { npm: '@ai-sdk/openai-compatible', name: chosen.provider, ...at('/v1'), models },
  };
}
