import type { PermissionDecision } from '../../domain/run/permission.ts';

/*
 * What we say to Claude Code: one JSON object a line.
 */

export const initializeMessage = {
  type: 'control_request',
  request_id: 'initialize',
  request: { subtype: 'initialize' },
} as const;

/** Also takes back what it has not begun with. */
export const interruptMessage = {
  type: 'control_request',
  request_id: 'interrupt',
  request: { subtype: 'interrupt', cancel_queued: true },
} as const;

/**
 * Words of people, under a name that must never have been used in the conversation: a second message of that name is dropped
 * without a word. A text that begins with a slash is taken for a command and never reaches the model; a space in front of it
 * is enough.
 */
export function userMessage(uuid: string, text: string): object {
  const content = [{ type: 'text', text: text.startsWith('/') ? ` ${text}` : text }];
  return { type: 'user', uuid, parent_tool_use_id: null, message: { role: 'user', content } };
}

/** What is allowed is what was asked for, word for word. */
export function decisionMessage(id: string, input: object, decision: PermissionDecision): object {
  const response =
    decision.verdict === 'allow'
      ? { behavior: 'allow', updatedInput: input }
      : { behavior: 'deny', message: decision.why };
  return { type: 'control_response', response: { subtype: 'success', request_id: id, response } };
}

/** The answer to a request that we do not serve, so that it does not wait. */
export function refusalMessage(id: string, error: string): object {
  return { type: 'control_response', response: { subtype: 'error', request_id: id, error } };
}
