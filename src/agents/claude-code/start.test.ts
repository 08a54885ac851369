import { expect, test } from 'vitest';

import { claudeCodeTask } from '../../../fixtures/agents/claude-code/task.ts';
import { claudeCodeStart, isToolOff } from './start.ts';

const spec = { argv: ['claude', '--verbose'] as const, model: null };

test('its arguments, after the script that clears its home', () => {
  expect(
    claudeCodeStart(spec, claudeCodeTask({ mustAsk: true }))
      .argv.slice(4)
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "6f6f1e5e-0000-4000-8000-000000000000
    0
    claude
    --verbose
    --print
    --input-format
    stream-json
    --output-format
    stream-json
    --verbose
    --permission-prompt-tool
    stdio
    --replay-user-messages
    --setting-sources

    --settings
    /run/files/claude-code-settings.json
    --strict-mcp-config
    --mcp-config
    /run/files/claude-code-mcp.json
    --disable-slash-commands"
  `);
});

test('the model, the leave to do all, and the conversation that it is to go on with', () => {
  const mark = { id: 'its-own', total: { costMicroUsd: null, tokens: null } };
  const { argv } = claudeCodeStart({ ...spec, model: 'sonnet' }, claudeCodeTask({ isResume: true, mark }));
  expect(argv.slice(4, 6)).toEqual(['its-own', '1']);
  expect(argv.slice(-4)).toEqual(['--permission-mode', 'bypassPermissions', '--model', 'sonnet']);
  expect(claudeCodeStart({ ...spec, model: 'sonnet' }, claudeCodeTask({ model: 'opus' })).argv.at(-1)).toBe('opus');
});

test('its environment and its files', () => {
  const access = { url: 'http://127.0.0.1:4000', bearer: 'for-this-run' };
  const { environment, files } = claudeCodeStart(spec, claudeCodeTask({ access, mustAsk: true }));
  expect(environment).toMatchInlineSnapshot(`
    {
      "ANTHROPIC_API_KEY": "",
      "ANTHROPIC_AUTH_TOKEN": "for-this-run",
      "ANTHROPIC_BASE_URL": "http://127.0.0.1:4000",
      "ANTHROPIC_CONFIG_DIR": "/work/home/.claude/anthropic",
      "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
      "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
      "CLAUDE_CODE_DISABLE_BUNDLED_SKILLS": "1",
      "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
      "CLAUDE_CODE_DISABLE_CRON": "1",
      "CLAUDE_CODE_DISABLE_FILE_MENTIONS": "1",
      "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
      "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
      "CLAUDE_CODE_DISABLE_WORKFLOWS": "1",
      "CLAUDE_CODE_MAX_RETRIES": "4",
      "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST": "1",
      "CLAUDE_CODE_STARTUP_FAILURE_RESULTS": "1",
      "CLAUDE_CONFIG_DIR": "/work/home/.claude",
      "DISABLE_AUTOUPDATER": "1",
      "DISABLE_ERROR_REPORTING": "1",
      "DISABLE_TELEMETRY": "1",
      "DISABLE_UPDATES": "1",
      "IS_SANDBOX": "1",
      "MCP_TIMEOUT": "60000",
      "MCP_TOOL_TIMEOUT": "120000",
      "REEVE_CONVERSATION_ID": "6f6f1e5e-0000-4000-8000-000000000000",
      "REEVE_OUTPUT": "/run/output.jsonl",
      "REEVE_PROMPT_FILE": "/run/prompt.md",
      "REEVE_RESUME": "0",
      "REEVE_RUN_ID": "7-3-1-r2",
      "REEVE_SESSION_ID": "7-3-1",
    }
  `);
  expect(files?.['claude-code-settings.json']).toMatchInlineSnapshot(`
    "{
      "disableAllHooks": true,
      "sandbox": {
        "enabled": false
      },
      "skipWebFetchPreflight": true,
      "env": {
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_UPDATES": "1",
        "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
        "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
        "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
        "CLAUDE_CODE_DISABLE_CRON": "1",
        "CLAUDE_CODE_DISABLE_WORKFLOWS": "1",
        "CLAUDE_CODE_DISABLE_BUNDLED_SKILLS": "1",
        "CLAUDE_CODE_DISABLE_FILE_MENTIONS": "1",
        "CLAUDE_CODE_MAX_RETRIES": "4",
        "MCP_TIMEOUT": "60000",
        "MCP_TOOL_TIMEOUT": "120000"
      },
      "permissions": {
        "deny": [
          "AskUserQuestion",
          "CronCreate",
          "CronDelete",
          "CronList",
          "EnterPlanMode",
          "EnterWorktree",
          "ExitPlanMode",
          "ExitWorktree",
          "ListAgents",
          "Monitor",
          "RemoteTrigger",
          "ReportFindings",
          "ScheduleWakeup",
          "SendMessage",
          "Workflow"
        ],
        "ask": [
          "Bash",
          "Edit",
          "Glob",
          "Grep",
          "NotebookEdit",
          "Read",
          "WebFetch",
          "WebSearch",
          "Write"
        ],
        "allow": [
          "mcp__reeve"
        ]
      }
    }"
  `);
  expect(files?.['claude-code-mcp.json']).toMatchInlineSnapshot(`
    "{
      "mcpServers": {
        "reeve": {
          "type": "stdio",
          "command": "reeve-agent",
          "args": [
            "mcp"
          ],
          "env": {
            "REEVE_PROMPT_FILE": "/run/prompt.md",
            "REEVE_OUTPUT": "/run/output.jsonl",
            "REEVE_SESSION_ID": "7-3-1",
            "REEVE_RUN_ID": "7-3-1-r2",
            "REEVE_CONVERSATION_ID": "6f6f1e5e-0000-4000-8000-000000000000",
            "REEVE_RESUME": "0"
          },
          "alwaysLoad": true
        }
      }
    }"
  `);
  expect(JSON.stringify(files)).not.toContain(access.bearer);
});

test('without access its own keys are left alone', () => {
  const { environment } = claudeCodeStart(spec, claudeCodeTask());
  expect(Object.keys(environment).filter((name) => /API_KEY|AUTH_TOKEN|BASE_URL/.test(name))).toEqual([]);
});

test('tools that need a terminal are off', () => {
  expect([isToolOff('AskUserQuestion'), isToolOff('Bash')]).toEqual([true, false]);
});
