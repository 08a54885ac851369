import { createAcpAgent } from '../../src/agents/acp/acp.ts';
import { createClaudeCodeAgent } from '../../src/agents/claude-code/claude-code.ts';
import { createCodexAgent } from '../../src/agents/codex/codex.ts';
import { knownAgents, type KnownKind } from '../../src/domain/run/known-agents.ts';
import type { ShellTool } from './scripted-model.ts';
import type { Argv, Subject } from './stage.ts';

const described =
  (name: string): ShellTool =>
  (command) => ({ name, arguments: JSON.stringify({ command, description: 'A step of the task' }) });

type Real = Omit<Subject, 'program' | 'cannot' | 'name'>;

/** The agents as they are driven, and how each calls its shell. The row that a new one needs. */
const realAgents: Readonly<Record<KnownKind, Real>> = {
  'claude-code': {
    ...{ model: null, provider: 'anthropic', shell: described('Bash') },
    create: (argv) => createClaudeCodeAgent({ argv, model: null }),
  },
  codex: {
    ...{ model: null, provider: 'openai' },
    shell: (cmd) => ({ name: 'exec_command', arguments: JSON.stringify({ cmd }) }),
    create: (argv) => createCodexAgent({ argv }),
  },
  opencode: {
    ...{ model: 'reeve/scripted', provider: 'openai', shell: described('bash') },
    create: (argv) => createAcpAgent({ kind: 'opencode', argv }),
  },
  gemini: {
    ...{ model: 'gemini-2.5-pro', provider: 'google', shell: described('run_shell_command') },
    create: (argv) => createAcpAgent({ kind: 'gemini', argv }),
  },
};

export function subjectOf(name: KnownKind, program: Argv): Subject {
  return { ...realAgents[name], name, program, cannot: knownAgents[name].cannot };
}
