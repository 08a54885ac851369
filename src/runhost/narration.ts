import type { AgentEvent, ConversationEnd } from '../domain/run/conversation.ts';
import type { PermissionDecision, PermissionRequest } from '../domain/run/permission.ts';

const LINE_CHARACTERS_MAX = 500;
const RESULT_CHARACTERS_MAX = 2000; // who reads a transcript wants to see what came out, and not all of a file

/** What the transcript says of an event: what the agent said as it is, everything else as lines of their own. Hostile text. */
export function narrate(event: AgentEvent): string | null {
  switch (event.kind) {
    case 'text':
      return event.text.endsWith('\n') ? event.text : `${event.text}\n`;
    case 'tool-use':
      return shells.test(event.tool) ? line(`$ ${event.title}`) : line(`> ${event.tool}: ${event.title}`);
    case 'tool-result':
      return event.text.trim() === '' && !event.isError ? null : result(event.text, event.isError);
    case 'file-change':
      return line(`> changed ${event.path}`);
    case 'retrying':
      return line(`! It tries its model again${until(event.retryAt)}: ${event.detail}`);
    case 'error':
      return line(`! ${event.detail}`);
    case 'conversation':
    case 'permission-request': // told with its answer
    case 'usage':
      return null;
  }
}

// As the agents call the tool that runs a command line.
const shells = /^(?:shell|bash|exec_command|run_shell_command|execute)$/i;

/** What an agent asked leave for, and what it was told. `asked`: people are asked, and the run ends. */
export function narratePermission(
  { tool, toolName, subject }: Pick<PermissionRequest, 'tool' | 'toolName' | 'subject'>,
  decision: PermissionDecision | 'asked',
): string {
  const what = `? It asks for leave: ${tool === 'other' || tool === 'mcp' ? toolName : tool}: ${subject}`;
  if (decision === 'asked') return `${line(what)}${line('! People are asked.')}`;
  return `${line(what)}${decision.verdict === 'allow' ? line('! Allowed.') : line(`! Not allowed: ${decision.why}`)}`;
}

/** What a person said to it while it worked, once it has taken that up. */
export function narrateMessage(text: string): string {
  return line(`! It was told: ${text}`);
}

/** How a conversation ended. */
export function narrateEnd(end: ConversationEnd): string {
  return line(`! The conversation ended: ${end.kind}${'detail' in end && end.detail ? `: ${end.detail}` : ''}`);
}

/** At most so many characters, and whether there were more. */
export function clipped(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const cut = /[\uD800-\uDBFF]$/.test(text.slice(0, charactersMax - 1)) ? charactersMax - 2 : charactersMax - 1;
  return `${text.slice(0, cut)}…`;
}

function line(text: string): string {
  return `${clipped(text.replaceAll(/\s+/g, ' ').trim(), LINE_CHARACTERS_MAX)}\n`;
}

function result(text: string, isError: boolean): string {
  const lines = clipped(text.trim(), RESULT_CHARACTERS_MAX).replace(/^/gm, '  ');
  return `${isError ? '! It failed:\n' : ''}${lines}\n`;
}

function until(retryAt: number | null): string {
  return retryAt === null ? '' : ` at ${new Date(retryAt).toISOString()}`;
}
