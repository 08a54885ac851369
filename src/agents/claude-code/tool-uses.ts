import type { AgentEvent } from '../../domain/run/conversation.ts';
import { clip, clipToLine } from '../clip.ts';
import { TOOL_NAME_CHARS_MAX, toolTitle, toolUse } from './permissions.ts';

const OPEN_USES_MAX = 1000; // whose result has not come; the oldest are forgotten, and their results have no name
const RESULT_CHARS_MAX = 4000; // of a result: enough to see what happened, the transcript has the rest
const PATH_CHARS_MAX = 1000;

type OpenUse = { readonly toolName: string; readonly path: string | null };

/** Brings the uses of tools together with their results. */
export class ToolUses {
  readonly #repoPath: string;
  readonly #open = new Map<string, OpenUse>();

  constructor(repoPath: string) {
    this.#repoPath = repoPath;
  }

  begin(id: string, name: string, input: Readonly<Record<string, unknown>>): AgentEvent {
    const toolName = clipToLine(name, TOOL_NAME_CHARS_MAX);
    const use = toolUse(name, input, this.#repoPath);
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= OPEN_USES_MAX) this.#open.delete(oldest);
    this.#open.set(id, { toolName, path: use.tool === 'edit' ? clipToLine(use.subject, PATH_CHARS_MAX) : null });
    return { kind: 'tool-use', tool: toolName, title: toolTitle(name, input, this.#repoPath) };
  }

  end(id: string, isError: boolean, content: unknown): AgentEvent[] {
    const use = this.#open.get(id);
    this.#open.delete(id);
    const text = clip(textOf(content), RESULT_CHARS_MAX);
    const result: AgentEvent = { kind: 'tool-result', tool: use?.toolName ?? '', isError, text };
    const path = use?.path ?? null;
    return path === null || isError ? [result] : [result, { kind: 'file-change', path }];
  }
}

/** A result is a text, or a list of blocks of which some are texts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block: unknown) =>
      typeof block === 'object' && block !== null && 'text' in block && typeof block.text === 'string'
        ? block.text
        : '',
    )
    .filter((text) => text !== '')
    .join('\n');
}
