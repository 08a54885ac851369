import { resolve } from 'node:path';

import type { AgentEvent } from '../../domain/run/conversation.ts';
import { clip, clipToLine } from '../clip.ts';
import { commandOf } from './command-line.ts';
import type { FileUpdate, Item } from './protocol.ts';

/** One message of the agent; more is in its own files. */
const TEXT_CHARS_MAX = 20_000;
/** Enough of a tool's output to see how it went. */
const RESULT_CHARS_MAX = 4_000;
const TITLE_CHARS_MAX = 300;
const TOOL_CHARS_MAX = 100;
const PATH_CHARS_MAX = 1_000;
/** A patch of more files is told of by its first ones; what changed is read from git. */
const FILES_SHOWN_MAX = 100;

export const shellTool = 'exec_command';
export const patchTool = 'apply_patch';

export function eventsOfStart(item: Item, repoPath: string): AgentEvent[] {
  switch (item.type) {
    case 'commandExecution':
      return [toolUse(shellTool, commandOf(item.command))];
    case 'fileChange':
      return [toolUse(patchTool, pathsOf(item.changes, repoPath).slice(0, FILES_SHOWN_MAX).join(', '))];
    case 'mcpToolCall':
      return [toolUse(mcpToolName(item.server, item.tool), JSON.stringify(item.arguments ?? null))];
    case 'webSearch':
      return [toolUse('web_search', item.query)];
    case 'imageView':
      return [toolUse('view_image', shownPath(item.path, repoPath))];
    case 'agentMessage':
    case 'plan':
    case 'userMessage':
      return [];
  }
}

export function eventsOfEnd(item: Item, repoPath: string): AgentEvent[] {
  switch (item.type) {
    case 'agentMessage':
    case 'plan':
      return item.text === '' ? [] : [{ kind: 'text', text: clip(item.text, TEXT_CHARS_MAX) }];
    case 'commandExecution': {
      const output = item.aggregatedOutput ?? '';
      return [toolResult(shellTool, item.status, item.status === 'declined' ? 'It may not run this.' : output)];
    }
    case 'fileChange': {
      const paths = item.status === 'completed' ? pathsOf(item.changes, repoPath).slice(0, FILES_SHOWN_MAX) : [];
      return [
        toolResult(patchTool, item.status, item.status === 'declined' ? 'It may not change this.' : ''),
        ...paths.map((path): AgentEvent => ({ kind: 'file-change', path: clip(path, PATH_CHARS_MAX) })),
      ];
    }
    case 'mcpToolCall': {
      const text = item.error?.message ?? (item.result?.content ?? []).map(textOf).join('\n');
      return [toolResult(mcpToolName(item.server, item.tool), item.status, text)];
    }
    case 'webSearch':
    case 'imageView':
    case 'userMessage':
      return [];
  }
}

/** Every path that a patch touches, absolute and once, also those that it moves files to. */
export function pathsOf(changes: readonly FileUpdate[], repoPath: string): string[] {
  const paths = changes.flatMap(({ path, kind }) => [path, kind?.move_path ?? path]);
  return [...new Set(paths.map((path) => resolve(repoPath, path)))];
}

export const mcpToolName = (server: string, tool: string): string =>
  clipToLine(`mcp__${server}__${tool}`, TOOL_CHARS_MAX);

const shownPath = (path: string, repoPath: string): string => clip(resolve(repoPath, path), PATH_CHARS_MAX);

function toolUse(tool: string, title: string): AgentEvent {
  return { kind: 'tool-use', tool, title: clipToLine(title, TITLE_CHARS_MAX) };
}

function toolResult(tool: string, status: string, text: string): AgentEvent {
  return { kind: 'tool-result', tool, isError: status !== 'completed', text: clip(text, RESULT_CHARS_MAX) };
}

function textOf(content: unknown): string {
  const isText = typeof content === 'object' && content !== null && 'text' in content;
  return isText && typeof content.text === 'string' ? content.text : '';
}
