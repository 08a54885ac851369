import type { PermissionRequest } from '../../domain/run/permission.ts';
import { clipToLine } from '../clip.ts';
import { commandOf } from './command-line.ts';
import { mcpToolName, patchTool, pathsOf, shellTool } from './items.ts';
import { commandRequest, fileChangeRequest, mcpRequest, permissionsRequest, type FileUpdate } from './protocol.ts';

/** What is longer cannot be judged whole, and what is not judged whole is denied. */
const SUBJECT_CHARS_MAX = 10_000;
/** Each file of a patch is one wish; a patch of more files is denied, and it can make smaller ones. */
const FILES_OF_PATCH_MAX = 50;
const REASON_CHARS_MAX = 300;

/** What Codex asks for in one request: all of it is allowed, or nothing. */
export type Asked = {
  readonly threadId: string;
  readonly wishes: readonly Omit<PermissionRequest, 'id'>[];
  /** Set when nobody needs to be asked. */
  readonly denial: string | null;
  readonly accept: unknown;
  readonly decline: unknown;
};

type Known = {
  /** The files of a patch that was announced before. */
  readonly changesOf: (itemId: string) => readonly FileUpdate[] | undefined;
  readonly repoPath: string;
};

/** The request of Codex in our words; null for one that we do not serve. */
export function readAsked(method: string, params: unknown, known: Known): Asked | null {
  const asked = readByMethod(method, params, known);
  if (asked === null || asked.denial !== null) return asked;
  if (asked.wishes.length > FILES_OF_PATCH_MAX) {
    return { ...asked, wishes: [], denial: `A patch may change ${FILES_OF_PATCH_MAX} files at once, and no more.` };
  }
  const isTooLong = asked.wishes.some(({ subject }) => subject.length > SUBJECT_CHARS_MAX);
  if (!isTooLong) return asked;
  return { ...asked, wishes: [], denial: `What is longer than ${SUBJECT_CHARS_MAX} characters cannot be judged.` };
}

function readByMethod(method: string, params: unknown, known: Known): Asked | null {
  switch (method) {
    case 'item/commandExecution/requestApproval':
      return readCommand(params);
    case 'item/fileChange/requestApproval':
      return readFileChange(params, known);
    case 'item/permissions/requestApproval':
      return readPermissions(params);
    case 'mcpServer/elicitation/request':
      return readMcpCall(params);
    default:
      return null;
  }
}

const decisions = { denial: null, accept: { decision: 'accept' }, decline: { decision: 'decline' } } as const;

function readCommand(params: unknown): Asked | null {
  const request = commandRequest.safeParse(params).data;
  if (request === undefined) return null;
  const { threadId, kind, command, networkApprovalContext: network } = request;
  if (network !== null) {
    const subject = `${network.protocol}://${network.host}`;
    return { threadId, wishes: [{ tool: 'fetch', toolName: shellTool, subject }], ...decisions };
  }
  // Words typed into a program that runs already are no command line, and no rule for command lines may allow them.
  const isCommand = kind === null || kind === 'command';
  const wish = isCommand
    ? ({ tool: 'shell', toolName: shellTool, subject: commandOf(command ?? '') } as const)
    : ({ tool: 'other', toolName: clipToLine(kind, 50), subject: command ?? '' } as const);
  return { threadId, wishes: [wish], ...decisions };
}

function readFileChange(params: unknown, { changesOf, repoPath }: Known): Asked | null {
  const request = fileChangeRequest.safeParse(params).data;
  if (request === undefined) return null;
  const { threadId, itemId, grantRoot } = request;
  const paths = pathsOf(
    [...(changesOf(itemId) ?? []), ...(grantRoot === null ? [] : [{ path: grantRoot, kind: null }])],
    repoPath,
  );
  if (paths.length === 0)
    return { threadId, wishes: [], ...decisions, denial: 'It does not say which files it changes.' };
  return { threadId, wishes: paths.map((subject) => ({ tool: 'edit', toolName: patchTool, subject })), ...decisions };
}

/** It asks for a wider sandbox of its own, which it does not have inside ours. */
function readPermissions(params: unknown): Asked | null {
  const request = permissionsRequest.safeParse(params).data;
  if (request === undefined) return null;
  const { threadId, reason, permissions } = request;
  const granted = Object.fromEntries(Object.entries(permissions).filter(([, value]) => value !== null));
  const subject = clipToLine(reason ?? JSON.stringify(granted), REASON_CHARS_MAX);
  return {
    threadId,
    wishes: [{ tool: 'other', toolName: 'request_permissions', subject }],
    denial: null,
    accept: { permissions: granted, scope: 'turn' },
    decline: { permissions: {}, scope: 'turn' },
  };
}

/** Other questions of MCP servers are for people who are not there. */
function readMcpCall(params: unknown): Asked | null {
  const request = mcpRequest.safeParse(params).data;
  if (request === undefined) return null;
  const { threadId, serverName, _meta: meta } = request;
  const toolName = mcpToolName(serverName, meta.tool_name);
  const answer = (action: string): unknown => ({ action, content: null, _meta: null });
  return {
    threadId,
    wishes: [{ tool: 'mcp', toolName, subject: clipToLine(`${serverName} ${meta.tool_name}`, REASON_CHARS_MAX) }],
    denial: null,
    accept: answer('accept'),
    decline: answer('decline'),
  };
}
