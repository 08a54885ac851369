import type { AgentTask } from '../agent.ts';
import { providerName } from './start-arguments.ts';

/** Whole diffs of the turn, again and again: what changed is read from git. */
const noticesNotWanted = ['turn/diff/updated', 'item/fileChange/patchUpdated'];

export const greeting = {
  clientInfo: { name: 'reeve', title: 'Reeve', version: '1' },
  capabilities: { experimentalApi: false, requestAttestation: false, optOutNotificationMethods: noticesNotWanted },
};

/** Codex tells its models that they talk with the person before the screen. */
const instructions =
  'Nobody watches this conversation while you work, and nobody answers questions in it. ' +
  'To ask people, to report or to propose, use the MCP server reeve or the command reeve-agent.';

/**
 * How a thread is begun or taken up. Our sandbox holds the agent; Codex's own does not work inside it. `untrusted` asks before
 * every command and patch. `on-request` would leave it to the model whether it asks.
 */
export function threadOptions({ repoPath, mustAsk, model }: AgentTask): object {
  return {
    cwd: repoPath,
    approvalPolicy: mustAsk ? 'untrusted' : 'never',
    approvalsReviewer: 'user',
    sandbox: 'danger-full-access',
    modelProvider: providerName,
    developerInstructions: instructions,
    ...(model === null ? {} : { model }),
  };
}

export function newTurn(threadId: string, text: string): object {
  return { threadId, input: [{ type: 'text', text, text_elements: [] }] };
}
