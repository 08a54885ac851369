import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createCodexAgent } from './codex.ts';
import { codexTask } from '../../../fixtures/agents/codex/task.ts';

const codex = createCodexAgent({ argv: ['codex'] });

test('all of its configuration is in its arguments', () => {
  const { argv, environment, files } = codex.start(
    codexTask({ model: 'gpt "x"\u007f', access: { url: 'http://127.0.0.1:7', bearer: 'b' } }),
  );
  expect(files).toBeUndefined();
  expect(environment).toMatchInlineSnapshot(`
    {
      "CODEX_HOME": "/work/home/.codex",
      "OPENAI_API_KEY": "b",
      "REEVE_CONVERSATION_ID": "6f6f1e5e-0000-4000-8000-000000000000",
      "REEVE_OUTPUT": "/run/output.jsonl",
      "REEVE_PROMPT_FILE": "/run/prompt.md",
      "REEVE_RESUME": "0",
      "REEVE_RUN_ID": "7-3-1-r2",
      "REEVE_SESSION_ID": "7-3-1",
    }
  `);
  expect(argv.slice(3).join('\n')).toMatchInlineSnapshot(`
    "sh
    codex
    app-server
    -c
    model="gpt \\"x\\"\\u007f"
    -c
    model_provider="reeve"
    -c
    model_providers={"reeve"={"name"="Reeve","base_url"="http://127.0.0.1:7/v1","env_key"="OPENAI_API_KEY","wire_api"="responses","request_max_retries"=1,"stream_max_retries"=3,"requires_openai_auth"=false,"supports_websockets"=false}}
    -c
    mcp_servers={"reeve"={"command"="reeve-agent","args"=["mcp"],"env"={"REEVE_PROMPT_FILE"="/run/prompt.md","REEVE_OUTPUT"="/run/output.jsonl","REEVE_SESSION_ID"="7-3-1","REEVE_RUN_ID"="7-3-1-r2","REEVE_CONVERSATION_ID"="6f6f1e5e-0000-4000-8000-000000000000","REEVE_RESUME"="0"},"default_tools_approval_mode"="approve","startup_timeout_sec"=60,"tool_timeout_sec"=120}}
    -c
    project_doc_max_bytes=0
    -c
    projects={"/work/repo"={"trust_level"="untrusted"}}
    -c
    skills.bundled.enabled=false
    -c
    skills.include_instructions=false
    -c
    agents.enabled=false
    -c
    tools.experimental_request_user_input.enabled=false
    -c
    web_search="disabled"
    -c
    allow_login_shell=false
    -c
    shell_environment_policy={"inherit"="all","ignore_default_excludes"=true,"exclude"=["OPENAI_API_KEY"]}
    -c
    notify=[]
    -c
    history.persistence="none"
    -c
    cli_auth_credentials_store="file"
    -c
    check_for_update_on_startup=false
    -c
    analytics.enabled=false
    -c
    feedback.enabled=false
    -c
    otel.exporter="none"
    -c
    otel.metrics_exporter="none"
    -c
    features.apps=false
    -c
    features.enable_request_compression=false
    -c
    features.goals=false
    -c
    features.hooks=false
    -c
    features.image_generation=false
    -c
    features.memories=false
    -c
    features.multi_agent=false
    -c
    features.plugins=false
    -c
    features.remote_plugin=false
    -c
    features.shell_snapshot=false
    -c
    features.skill_mcp_dependency_install=false
    -c
    features.sleep_tool=false
    -c
    features.tool_suggest=false
    -c
    features.unbounded_connection_retries=false"
  `);
});

test('without access it has no key of ours, and without a model it chooses its own', () => {
  const { argv, environment } = codex.start(codexTask());
  expect(environment).not.toHaveProperty('OPENAI_API_KEY');
  expect(argv.join(' ')).not.toContain(' model=');
  expect(argv.join(' ')).toContain('base_url"="https://api.openai.com/v1"');
});

describe('its home', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'reeve-codex-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  /** Starts a program in the place of Codex, and gives what it sees in its home. */
  const seenByProgram = (): string[] => {
    const program = join(root, 'program');
    writeFileSync(program, '#!/bin/sh\ncd "$CODEX_HOME" && find . | sort\n', { mode: 0o700 });
    const task = codexTask({ homePath: join(root, 'home') });
    const { argv, environment } = createCodexAgent({ argv: [program] }).start(task);
    return execFileSync(argv[0], argv.slice(1), { env: environment, encoding: 'utf8' }).trim().split('\n');
  };

  test('is made when there is none', () => {
    mkdirSync(join(root, 'home'));
    expect(seenByProgram()).toEqual(['.']);
  });

  test('keeps its conversations and nothing else', () => {
    const home = join(root, 'home', '.codex');
    mkdirSync(join(home, 'sessions', '2026'), { recursive: true });
    writeFileSync(join(home, 'sessions', '2026', 'rollout.jsonl'), '{}');
    for (const name of ['config.toml', 'AGENTS.md', '.env', '-rf', 'a b', 'auth.json'])
      writeFileSync(join(home, name), 'evil');
    mkdirSync(join(home, 'skills', 'evil'), { recursive: true });
    mkdirSync(join(home, 'locked', 'inner'), { recursive: true });
    chmodSync(join(home, 'locked'), 0);
    expect(seenByProgram()).toEqual(['.', './sessions', './sessions/2026', './sessions/2026/rollout.jsonl']);
  });

  test('is no link, and neither are its conversations; what links led to is left alone', () => {
    const other = join(root, 'other');
    mkdirSync(join(other, 'sessions'), { recursive: true });
    writeFileSync(join(other, 'config.toml'), 'kept');
    mkdirSync(join(root, 'home'));
    symlinkSync(other, join(root, 'home', '.codex'));
    expect(seenByProgram()).toEqual(['.']);
    symlinkSync(join(other, 'sessions'), join(root, 'home', '.codex', 'sessions'));
    expect(seenByProgram()).toEqual(['.']);
    expect(readdirSync(other).sort()).toEqual(['config.toml', 'sessions']);
  });

  test('is a directory, whatever was put in its place', () => {
    mkdirSync(join(root, 'home'));
    writeFileSync(join(root, 'home', '.codex'), 'a file');
    expect(seenByProgram()).toEqual(['.']);
    expect(existsSync(join(root, 'home', '.codex'))).toBe(true);
  });
});
