import type { KnownAgent } from '../config/agents.ts';
import { shellWord } from './shell-word.ts';
import type { Step } from './work.ts';

/** A call of one of the agent's own tools, as its model makes it. */
export type Call = { readonly name: string; readonly input: Readonly<Record<string, unknown>> };

/** How one agent does a step: the calls of its tools, one after the other. */
export type Hands = (step: Step) => readonly Call[];

/**
 * The tools of each agent: those that it brings itself for files and commands, and for what it tells Reeve the tools of our
 * MCP server, or where it has none (Gemini) or gives them names that a scripted model cannot write (Codex), `reeve-agent`.
 */
export const handsOf: Readonly<Record<KnownAgent, Hands>> = {
  'claude-code': handsWith({
    shell: (command, description) => ({ name: 'Bash', input: { command, description } }),
    edit: ({ path, find, replace }) => [
      { name: 'Read', input: { file_path: path } }, // it edits no file that it has not read
      { name: 'Edit', input: { file_path: path, old_string: find, new_string: replace } },
    ],
    write: ({ path, content }) => [{ name: 'Write', input: { file_path: path, content } }],
    verb: (name, input) => ({ name: `mcp__reeve__${name}`, input }),
  }),
  codex: handsWith({
    shell: (cmd) => ({ name: 'exec_command', input: { cmd, yield_time_ms: COMMAND_MS_MAX } }),
    edit: ({ path, find, replace }) => [
      patch([`*** Update File: ${path}`, '@@', ...lines('-', find), ...lines('+', replace)]),
    ],
    write: ({ path, content }) => [patch([`*** Add File: ${path}`, ...lines('+', content)])],
    verb: null,
  }),
  opencode: handsWith({
    shell: (command, description) => ({ name: 'bash', input: { command, description } }),
    edit: ({ path, find, replace }) => [
      { name: 'read', input: { filePath: path } },
      { name: 'edit', input: { filePath: path, oldString: find, newString: replace } },
    ],
    write: ({ path, content }) => [{ name: 'write', input: { filePath: path, content } }],
    verb: (name, input) => ({ name: `reeve_${name}`, input }),
  }),
  gemini: handsWith({
    shell: (command, description) => ({ name: 'run_shell_command', input: { command, description } }),
    edit: ({ path, find, replace }) => [
      {
        name: 'replace',
        input: { file_path: path, instruction: `Change ${path}.`, old_string: find, new_string: replace },
      },
    ],
    write: ({ path, content }) => [{ name: 'write_file', input: { file_path: path, content } }],
    verb: null,
  }),
};

/** Codex turns to its model again when a command takes longer. */
const COMMAND_MS_MAX = 30_000;

type Edit = Extract<Step, { kind: 'edit' }>;
type Write = Extract<Step, { kind: 'write' }>;
type Tools = {
  readonly shell: (command: string, description: string) => Call;
  readonly edit: (step: Edit) => readonly Call[];
  readonly write: (step: Write) => readonly Call[];
  /** A tool of our MCP server; null where the agent speaks through `reeve-agent`. */
  readonly verb: ((name: string, input: Readonly<Record<string, unknown>>) => Call) | null;
};

function handsWith({ shell, edit, write, verb }: Tools): Hands {
  const say = (name: string, input: Readonly<Record<string, unknown>>, args: readonly string[]): Call =>
    verb ? verb(name, input) : shell(['reeve-agent', name, ...args].map(shellWord).join(' '), `Tell Reeve: ${name}`);
  return (step) => {
    switch (step.kind) {
      case 'progress':
        return [say('progress', { text: step.text }, [step.text])];
      case 'result':
        return [say('result', { summary: step.text }, [step.text])];
      case 'ask': {
        const { question, options } = step;
        const args = [question, ...options.flatMap((option) => ['--option', option])];
        return [say('ask', { question, options }, args)];
      }
      case 'edit':
        return edit(step);
      case 'write':
        return write(step);
      case 'test':
        return [shell('node --test', 'Run the tests')];
      case 'commit':
        return [shell(`git add --all && git commit --quiet --message ${shellWord(step.message)}`, 'Commit the change')];
    }
  };
}

function patch(body: readonly string[]): Call {
  const text = ['*** Begin Patch', ...body, '*** End Patch'].join('\n');
  return { name: 'exec_command', input: { cmd: `apply_patch <<'PATCH'\n${text}\nPATCH` } };
}

function lines(sign: '+' | '-', text: string): readonly string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${sign}${line}`);
}
