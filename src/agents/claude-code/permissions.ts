import type { PermissionRequest, PermissionTool } from '../../domain/run/permission.ts';
import { clipToLine } from '../clip.ts';

/** What one use of a tool is about: what it is in our words, and the words that a rule is held against. */
type ToolUse = { readonly tool: PermissionTool; readonly subject: string };

type Input = Readonly<Record<string, unknown>>;

export const TOOL_NAME_CHARS_MAX = 128; // of ours and of MCP servers; longer ones are nonsense
const LINE_CHARS_MAX = 500; // what a person reads at a glance

const tools: Readonly<Record<string, { readonly tool: PermissionTool; readonly field: string }>> = {
  Bash: { tool: 'shell', field: 'command' },
  PowerShell: { tool: 'shell', field: 'command' },
  Edit: { tool: 'edit', field: 'file_path' },
  MultiEdit: { tool: 'edit', field: 'file_path' },
  Write: { tool: 'edit', field: 'file_path' },
  NotebookEdit: { tool: 'edit', field: 'notebook_path' },
  Read: { tool: 'read', field: 'file_path' },
  Glob: { tool: 'read', field: 'path' },
  Grep: { tool: 'read', field: 'path' },
  LS: { tool: 'read', field: 'path' },
  WebFetch: { tool: 'fetch', field: 'url' },
};

/** Reads what a tool is used on. A path that it leaves out is where it works; a field that is no text is the whole input. */
export function toolUse(toolName: string, input: Input, repoPath: string): ToolUse {
  const known = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  if (known === undefined) return { tool: toolName.startsWith('mcp__') ? 'mcp' : 'other', subject: inputLine(input) };
  const value = input[known.field] ?? (known.field === 'path' ? repoPath : undefined);
  return { tool: known.tool, subject: typeof value === 'string' ? value : inputLine(input) };
}

/** One line for people: the command, the file, the question. */
export function toolTitle(toolName: string, input: Input, repoPath: string): string {
  return clipToLine(toolUse(toolName, input, repoPath).subject, LINE_CHARS_MAX);
}

/** A wish for leave, whole: a rule is held against all of what would run, or against nothing. */
export function permissionRequest(id: string, toolName: string, use: ToolUse): PermissionRequest {
  return { id, toolName: clipToLine(toolName, TOOL_NAME_CHARS_MAX), ...use };
}

function inputLine(input: Input): string {
  return clipToLine(JSON.stringify(input), LINE_CHARS_MAX);
}
