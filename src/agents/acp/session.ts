import type { ClientContext, McpServer } from '@agentclientprotocol/sdk';

import { setTimeout as delay } from 'node:timers/promises';

import type { AgentTask } from '../agent.ts';
import { clipToLine } from '../clip.ts';
import type { Dialect } from './dialect.ts';
import { wordsOf } from './ends.ts';
import { fieldsOf, listOf, textOf, type Fields } from './untrusted.ts';

const PROTOCOL_VERSION = 1;
const ID_CHARACTERS_MAX = 200; // it is kept with the session, and named again in its next run
const DETAIL_CHARACTERS_MAX = 300;
const PAST_MS_MAX = 5000; // an agent that answers nothing to what it does not know is not waited for

/** A conversation that the agent has open. */
export type AgentSession = {
  readonly id: string;
  /** It is the one of the task's mark. */
  readonly isOld: boolean;
  /** What did not go as it should and does not keep it from working. */
  readonly problems: readonly string[];
};

/** It speaks, but not this protocol. */
export class ProtocolError extends Error {}

/** Shakes hands, and takes up the conversation of the mark, or a new one where there is none or the agent has lost it. */
export async function openSession(agent: ClientContext, dialect: Dialect, task: AgentTask): Promise<AgentSession> {
  const hello = fieldsOf(
    await agent.request('initialize', {
      protocolVersion: PROTOCOL_VERSION,
      // It reads and writes files itself: asked to do it, we would do it outside of its sandbox.
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: 'reeve', version: '1' },
    }),
  );
  if (hello['protocolVersion'] !== PROTOCOL_VERSION)
    throw new ProtocolError(`It does not speak version ${PROTOCOL_VERSION} of the Agent Client Protocol.`);
  const place = { cwd: task.repoPath, mcpServers: dialect.takesMcpServers ? mcpServers(task) : [] };
  const taken = await takeUp(agent, hello, { ...place, mark: task.isResume ? task.mark : null });
  const opened = 'id' in taken ? taken : await begin(agent, place);
  const problems = 'id' in taken ? [] : taken.problems;
  const choice = await chooseModel(agent, opened, task.model === null ? null : dialect.modelName(task.model));
  return { id: opened.id, isOld: 'id' in taken, problems: [...problems, ...choice] };
}

type Opened = { readonly id: string; readonly answer: Fields };
type Place = { readonly cwd: string; readonly mcpServers: McpServer[] };

/** Without the conversation's past where the agent can: what it says again is told to nobody. */
async function takeUp(
  agent: ClientContext,
  hello: Fields,
  { mark, ...place }: Place & Pick<AgentTask, 'mark'>,
): Promise<Opened | { readonly problems: readonly string[] }> {
  if (mark === null) return { problems: [] };
  const capabilities = fieldsOf(hello['agentCapabilities']);
  const canResume = typeof fieldsOf(capabilities['sessionCapabilities'])['resume'] === 'object';
  const request = { sessionId: mark.id, ...place };
  try {
    if (canResume) return { id: mark.id, answer: fieldsOf(await agent.request('session/resume', request)) };
    if (capabilities['loadSession'] !== true)
      return { problems: ['It cannot take up a conversation: a new one was begun.'] };
    const answer = fieldsOf(await agent.request('session/load', request));
    await hearPastOut(agent);
    return { id: mark.id, answer };
  } catch (error) {
    if (!isAnswer(error) || error.code === -32000) throw error;
    const detail = clipToLine(wordsOf(error), DETAIL_CHARACTERS_MAX);
    return { problems: [`It could not take up its conversation, so a new one was begun: ${detail}`] };
  }
}

/** Some tell the past after they said that it was loaded: what is answered after it comes behind it, be it an error. */
async function hearPastOut(agent: ClientContext): Promise<void> {
  const answered = agent.request('_reeve/past', {}).catch(() => {});
  await Promise.race([answered, delay(PAST_MS_MAX, undefined, { ref: false })]);
}

async function begin(agent: ClientContext, place: Place): Promise<Opened> {
  const answer = fieldsOf(await agent.request('session/new', place));
  const id = textOf(answer['sessionId']);
  if (id === null || id.length > ID_CHARACTERS_MAX) throw new ProtocolError('It opened a conversation without a name.');
  return { id, answer };
}

/** A conversation that is taken up goes on with the model that it had; the operator may have chosen another since. */
async function chooseModel(
  agent: ClientContext,
  { id, answer }: Opened,
  model: string | null,
): Promise<readonly string[]> {
  const option = listOf(answer['configOptions'])
    .map(fieldsOf)
    .find((one) => one['category'] === 'model' && one['type'] === 'select');
  const configId = textOf(option?.['id']);
  if (model === null || configId === null || option?.['currentValue'] === model) return [];
  try {
    await agent.request('session/set_config_option', { sessionId: id, configId, value: model });
    return [];
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return [`It does not know its model ${model}: ${clipToLine(wordsOf(error), DETAIL_CHARACTERS_MAX)}`];
  }
}

function mcpServers(task: AgentTask): McpServer[] {
  const [command, ...args] = task.mcpServer;
  return [{ name: 'reeve', command, args, env: [] }];
}

type AnsweredError = Error & { readonly code: number; readonly data: unknown };

/** It answered with an error, as opposed to not at all. */
export function isAnswer(error: unknown): error is AnsweredError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
