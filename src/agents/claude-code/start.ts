import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { AgentStart, AgentTask } from '../agent.ts';
import { runVariables } from '../run-variables.ts';

/** It waits between tries by itself; what takes longer is for Reeve to wait for, without a slot. */
const MODEL_RETRIES_MAX = 4;
/** The MCP server is a program of ours that starts at once; a loaded machine may take a while. */
const MCP_START_MS_MAX = 60_000;
/** A verb waits for no person, but it may wait for a slow disk. */
const MCP_CALL_MS_MAX = 120_000;

const settingsFile = 'claude-code-settings.json';
const serversFile = 'claude-code-mcp.json';

/** What the script below says when it is to go on with a conversation that is not there. */
export const lostLine = '{"type":"reeve","subtype":"conversation-lost"}';

/**
 * Before Claude Code starts, everything goes that an earlier run left in CLAUDE_CONFIG_DIR, but its conversations. No option
 * makes it ignore the `env` of its own `.claude.json`, which an agent can write: it would send the key elsewhere. It happens
 * inside the sandbox, so that links which the agent has laid lead nowhere that it could not go itself. Then: it refuses to
 * begin a conversation that is there, and to go on with one that is not, and what is there only the disk knows after a kill.
 */
const begin = `set -eu
if [ -L "$CLAUDE_CONFIG_DIR" ] || [ ! -d "$CLAUDE_CONFIG_DIR" ]; then rm -rf -- "$CLAUDE_CONFIG_DIR"; fi
mkdir -p -- "$CLAUDE_CONFIG_DIR"
chmod -R u+rwX -- "$CLAUDE_CONFIG_DIR" || true
find "$CLAUDE_CONFIG_DIR" -mindepth 1 -maxdepth 1 '!' '(' -name projects -type d ')' -exec rm -rf -- '{}' +
id=$1 resume=$2 how=--session-id
shift 2
if [ -n "$(find "$CLAUDE_CONFIG_DIR" -mindepth 3 -maxdepth 3 -name "$id.jsonl" -type f)" ]; then how=--resume
elif [ "$resume" = 1 ]; then printf '%s\\n' '${lostLine}'; fi
exec "$@" "$how" "$id"`;

/** What needs a person at a terminal, outlives the turn, or works in another tree. Questions go through our own verbs. */
const toolsOff = [
  'AskUserQuestion',
  'CronCreate',
  'CronDelete',
  'CronList',
  'EnterPlanMode',
  'EnterWorktree',
  'ExitPlanMode',
  'ExitWorktree',
  'ListAgents',
  'Monitor',
  'RemoteTrigger',
  'ReportFindings',
  'ScheduleWakeup',
  'SendMessage',
  'Workflow',
];

/** Left to itself it asks only for what it takes for dangerous; a policy is to see every use. */
const toolsToAskFor = ['Bash', 'Edit', 'Glob', 'Grep', 'NotebookEdit', 'Read', 'WebFetch', 'WebSearch', 'Write'];

/**
 * Given twice, to the program and in the settings that win over all others. They are switched off, in turn: all traffic but
 * the model's, instructions and memories from files (the prompt brings those of the default branch), work after the turn,
 * files and skills drawn into a message because of how it is written.
 */
const switches = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_UPDATES: '1',
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  CLAUDE_CODE_DISABLE_CLAUDE_MDS: '1',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  CLAUDE_CODE_DISABLE_CRON: '1',
  CLAUDE_CODE_DISABLE_WORKFLOWS: '1',
  CLAUDE_CODE_DISABLE_BUNDLED_SKILLS: '1',
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_MAX_RETRIES: String(MODEL_RETRIES_MAX),
  MCP_TIMEOUT: String(MCP_START_MS_MAX),
  MCP_TOOL_TIMEOUT: String(MCP_CALL_MS_MAX),
};

/** How Claude Code is started: its control protocol on stdio, with no settings but ours. */
export function claudeCodeStart({ argv, model }: Pick<AgentSpec, 'argv' | 'model'>, task: AgentTask): AgentStart {
  const wanted = task.model ?? model;
  return {
    argv: [
      ...(['/bin/sh', '-c', begin, 'sh'] as const),
      conversationOf(task),
      task.isResume ? '1' : '0',
      ...argv,
      ...['--print', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'],
      ...['--permission-prompt-tool', 'stdio', '--replay-user-messages'],
      // Settings, hooks, plugins, skills, agents and MCP servers of the workspace and the home are not obeyed. Those that an
      // operator lays down for the whole machine (/etc/claude-code) are, and cannot be switched off.
      ...['--setting-sources', '', '--settings', `${task.filesPath}/${settingsFile}`],
      ...['--strict-mcp-config', '--mcp-config', `${task.filesPath}/${serversFile}`],
      '--disable-slash-commands',
      ...(task.mustAsk ? [] : ['--permission-mode', 'bypassPermissions']),
      ...(wanted === null ? [] : ['--model', wanted]),
    ],
    environment: environmentOf(task),
    files: {
      [settingsFile]: JSON.stringify(settingsOf(task), null, 2),
      [serversFile]: JSON.stringify(serversOf(task), null, 2),
    },
  };
}

/** The conversation that it begins or goes on with. */
export function conversationOf({ mark, conversationId }: AgentTask): string {
  return mark?.id ?? conversationId;
}

/** Also a version that does not know the switch may not use it. */
export function isToolOff(toolName: string): boolean {
  return toolsOff.includes(toolName);
}

function environmentOf(task: AgentTask): Record<string, string> {
  const configuration = `${task.homePath}/.claude`;
  return {
    ...runVariables(task),
    ...switches,
    CLAUDE_CONFIG_DIR: configuration,
    ANTHROPIC_CONFIG_DIR: `${configuration}/anthropic`, // logins; gone before each start
    // Without it settings could name another provider, or another key, in the middle of a run.
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1',
    // Otherwise some failures to start are told on stderr alone.
    CLAUDE_CODE_STARTUP_FAILURE_RESULTS: '1',
    // As root it would refuse to work without asking; what holds it is our sandbox, which its own cannot nest in.
    IS_SANDBOX: '1',
    // An empty key is none: one of the operator's would be sent beside the bearer, and win.
    ...(task.access === null
      ? {}
      : { ANTHROPIC_BASE_URL: task.access.url, ANTHROPIC_AUTH_TOKEN: task.access.bearer, ANTHROPIC_API_KEY: '' }),
  };
}

function settingsOf({ mustAsk }: AgentTask): object {
  return {
    disableAllHooks: true,
    sandbox: { enabled: false },
    skipWebFetchPreflight: true, // it would ask its maker's server about every host
    env: switches,
    permissions: { deny: toolsOff, ask: mustAsk ? toolsToAskFor : [], allow: ['mcp__reeve'] },
  };
}

function serversOf(task: AgentTask): object {
  const [command, ...args] = task.mcpServer;
  return { mcpServers: { reeve: { type: 'stdio', command, args, env: runVariables(task), alwaysLoad: true } } };
}
