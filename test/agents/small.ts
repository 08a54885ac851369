import { resolve } from 'node:path';

import { createAcpAgent } from '../../src/agents/acp/acp.ts';
import { createClaudeCodeAgent } from '../../src/agents/claude-code/claude-code.ts';
import { createCodexAgent } from '../../src/agents/codex/codex.ts';
import type { ShellTool } from './scripted-model.ts';
import type { Subject } from './stage.ts';

const shell: ShellTool = (command) => ({ name: 'shell', arguments: JSON.stringify({ command }) });
const small = (
  name: string,
  path: string,
): Pick<Subject, 'name' | 'program' | 'model' | 'provider' | 'shell' | 'cannot'> => ({
  ...{
    name,
    program: [process.execPath, resolve('fixtures/agents', path)],
    model: null,
    provider: 'openai',
    shell,
    cannot: {},
  },
});

/** Small programs that speak as the real ones do, for the tests of every day. */
export const smallAgents = {
  claudeCode: {
    ...small('a small Claude Code', 'claude-code/small-claude.mjs'),
    create: (argv) => createClaudeCodeAgent({ argv, model: null }),
  },
  codex: { ...small('a small Codex', 'codex/small-codex.mjs'), create: (argv) => createCodexAgent({ argv }) },
  acp: {
    ...small('a small agent of the Agent Client Protocol', 'acp/small-acp-agent.mjs'),
    create: (argv) => createAcpAgent({ kind: 'acp', argv }),
  },
} as const satisfies Readonly<Record<string, Subject>>;
