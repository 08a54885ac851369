import type { PermissionDecision, PermissionRequest, PermissionTool } from '../../domain/run/permission.ts';
import type { ToolCall } from './tool-calls.ts';
import { fieldsOf, listOf, textOf } from './untrusted.ts';

/** What is asked for; one request for each path, since a rule speaks of one. Null: more than can be judged. */
export function requestsFor(call: ToolCall, id: string): readonly PermissionRequest[] | null {
  if (call.isBeyondJudging) return null;
  const tool = toolOf(call);
  const request = (subject: string, at: number): PermissionRequest => ({
    id: at === 0 ? id : `${id}/${at}`,
    tool,
    toolName: call.name,
    subject,
  });
  switch (tool) {
    case 'shell':
      return [request(call.command ?? call.title, 0)];
    case 'edit':
    case 'read':
      return call.paths.length > 0 ? call.paths.map(request) : [request(call.title, 0)];
    case 'fetch':
      return [request(call.url ?? call.title, 0)];
    case 'mcp':
    case 'other':
      return [request(call.title || call.name, 0)];
  }
}

function toolOf(call: ToolCall): PermissionTool {
  switch (call.kind) {
    case 'execute':
      return 'shell';
    case 'edit':
    case 'delete':
    case 'move':
      return 'edit';
    case 'read':
    case 'search':
      return 'read';
    case 'fetch':
      return 'fetch';
    default:
      return /^(mcp_+)?reeve_/.test(call.name) ? 'mcp' : 'other';
  }
}

/** The answer to `session/request_permission`: an option of the agent's, or that nobody will choose one. */
export type PermissionAnswer = {
  readonly outcome: { readonly outcome: 'cancelled' } | { readonly outcome: 'selected'; readonly optionId: string };
};

export const nobodyChooses: PermissionAnswer = { outcome: { outcome: 'cancelled' } };

/**
 * The option that says no more than what was decided: an agent that could only be allowed something for ever is not
 * allowed it. Null when no option says it.
 */
export function optionFor(verdict: PermissionDecision['verdict'], options: unknown): PermissionAnswer | null {
  const kinds = verdict === 'allow' ? ['allow_once'] : ['reject_once', 'reject_always'];
  for (const kind of kinds) {
    for (const option of listOf(options).map(fieldsOf)) {
      const optionId = textOf(option['optionId']);
      if (option['kind'] === kind && optionId !== null) return { outcome: { outcome: 'selected', optionId } };
    }
  }
  return null;
}
