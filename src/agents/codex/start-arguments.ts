import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { AgentStart, AgentTask } from '../agent.ts';
import { runVariables } from '../run-variables.ts';

/** Codex waits between tries by itself; what takes longer is for Reeve to wait for, without a slot. */
const REQUEST_RETRIES_MAX = 1;
const STREAM_RETRIES_MAX = 3;
/** The MCP server is a program of ours that starts at once; a loaded machine may take a while. */
const MCP_START_SECONDS_MAX = 60;
/** A verb waits for no person, but it may wait for a slow disk. */
const MCP_CALL_SECONDS_MAX = 120;

/** Codex's own name for our provider, kept in its conversations; it must not change. */
export const providerName = 'reeve';

/**
 * Before Codex starts, everything goes that an earlier run left in CODEX_HOME, but its conversations: settings, MCP servers,
 * hooks, plugins, skills, rules, instructions, logins and databases would be obeyed, and `app-server` has no option to ignore
 * them. It happens inside the sandbox, so that links which the agent has laid lead nowhere that it could not go itself. The
 * script never varies: what does reaches it as arguments and environment. The price: Codex makes its databases anew for each run.
 */
const cleanHome = `set -eu
if [ -L "$CODEX_HOME" ] || [ ! -d "$CODEX_HOME" ]; then rm -rf -- "$CODEX_HOME"; fi
mkdir -p -- "$CODEX_HOME"
chmod -R u+rwX -- "$CODEX_HOME" || true
find "$CODEX_HOME" -mindepth 1 -maxdepth 1 '!' '(' -name sessions -type d ')' -exec rm -rf -- '{}' +
exec "$@"`;

/**
 * What Codex does beyond a conversation with its model: other sources of instructions and tools, work that goes on after the
 * turn, agents of its own (their use is not in the thread's total), waits without an end, and requests that a proxy cannot read.
 */
const featuresOff = [
  'apps',
  'enable_request_compression',
  'goals',
  'hooks',
  'image_generation',
  'memories',
  'multi_agent',
  'plugins',
  'remote_plugin',
  'shell_snapshot',
  'skill_mcp_dependency_install',
  'sleep_tool',
  'tool_suggest',
  'unbounded_connection_retries',
] as const;

/**
 * How `codex app-server` is started. All of its configuration is in its arguments: they win over every file it may find.
 * Not to be switched off: what the operator has in `/etc/codex`, and skills of the workspace, which it loads but does not
 * tell its model of.
 */
export function codexStart(argv: AgentSpec['argv'], task: AgentTask): AgentStart {
  const codexHome = `${task.homePath}/.codex`;
  const ours = runVariables(task);
  const settings = codexSettings(task, ours).flatMap(([key, value]) => ['-c', `${key}=${toml(value)}`]);
  return {
    argv: ['/bin/sh', '-c', cleanHome, 'sh', ...argv, 'app-server', ...settings],
    environment: {
      ...ours,
      CODEX_HOME: codexHome,
      ...(task.access === null ? {} : { OPENAI_API_KEY: task.access.bearer }),
    },
  };
}

type TomlValue = string | number | boolean | readonly TomlValue[] | { readonly [key: string]: TomlValue };

function codexSettings(task: AgentTask, environment: Readonly<Record<string, string>>): [string, TomlValue][] {
  const [command, ...args] = task.mcpServer;
  return [
    ...(task.model === null ? [] : ([['model', task.model]] as [string, TomlValue][])),
    ['model_provider', providerName],
    ['model_providers', { [providerName]: provider(task) }],
    [
      'mcp_servers',
      {
        // Codex gives its MCP servers next to nothing of its environment. Reeve judges each verb itself, so nobody is asked before.
        reeve: {
          command,
          args,
          env: environment,
          default_tools_approval_mode: 'approve',
          startup_timeout_sec: MCP_START_SECONDS_MAX,
          tool_timeout_sec: MCP_CALL_SECONDS_MAX,
        },
      },
    ],
    // The prompt brings the instructions of the default branch; those of the workspace may be an attacker's.
    ['project_doc_max_bytes', 0],
    ['projects', { [task.repoPath]: { trust_level: 'untrusted' } }],
    ['skills.bundled.enabled', false],
    ['skills.include_instructions', false],
    ['agents.enabled', false],
    // They ask whoever sits before the screen, and then wait a while for an answer.
    ['tools.experimental_request_user_input.enabled', false],
    // Searches by the provider would go around the run's network policy.
    ['web_search', 'disabled'],
    // A login shell sets PATH anew, and `reeve-agent` would be gone.
    ['allow_login_shell', false],
    // What the operator gave to the run is meant for its tools; the key to the model is not.
    ['shell_environment_policy', { inherit: 'all', ignore_default_excludes: true, exclude: ['OPENAI_API_KEY'] }],
    ['notify', []],
    ['history.persistence', 'none'],
    ['cli_auth_credentials_store', 'file'],
    ['check_for_update_on_startup', false],
    ['analytics.enabled', false],
    ['feedback.enabled', false],
    ['otel.exporter', 'none'],
    ['otel.metrics_exporter', 'none'],
    ...featuresOff.map((name): [string, TomlValue] => [`features.${name}`, false]),
  ];
}

/** The built-in provider reads no key from the environment in `app-server`, and speaks over websockets first. */
function provider({ access }: AgentTask): TomlValue {
  return {
    name: 'Reeve',
    base_url: `${access?.url ?? 'https://api.openai.com'}/v1`,
    env_key: 'OPENAI_API_KEY',
    wire_api: 'responses',
    request_max_retries: REQUEST_RETRIES_MAX,
    stream_max_retries: STREAM_RETRIES_MAX,
    requires_openai_auth: false,
    supports_websockets: false,
  };
}

function toml(value: TomlValue): string {
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(toml).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${toml(key)}=${toml(inner)}`)
    .join(',')}}`;
}

function isList(value: object): value is readonly TomlValue[] {
  return Array.isArray(value);
}
