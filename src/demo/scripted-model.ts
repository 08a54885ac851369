import type { ChatCompletionRequest, ContentPart, LLMock as Mock } from '@copilotkit/aimock';

import type { KnownAgent } from '../config/agents.ts';
import { UserError } from '../lib/errors.ts';
import { handsOf } from './hands.ts';
import { nextTurn, type Message } from './scripted-conversation.ts';

/** A model on this machine that knows one story. It is asked as the agent's own model is, and only with the right key. */
export type ScriptedModel = {
  readonly url: string;
  /** Lets the run that is held back end its work. */
  goOn(): void;
  /** Whether the answered run was the same conversation as the one that asked; null before it began. */
  remembers(): boolean | null;
  close(): Promise<void>;
};

const HELD_BACK_MS_MAX = 180_000; // the story is in vain by then, and the run may end
const CHARACTERS_PER_TOKEN = 4; // about; so that figures look like those of a real model

/** Throws a UserError where its package is not installed. */
export async function startScriptedModel(agent: KnownAgent, key: string): Promise<ScriptedModel> {
  const { LLMock } = await loadModel();
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', auth: { apiKeys: [key] } });
  const gate = createGate();
  let remembers: boolean | null = null;
  mock.on({ predicate: () => true }, async (request) => {
    if (!hasTools(request)) return aside(request);
    const turn = nextTurn(messagesOf(request), handsOf[agent]);
    remembers ??= turn.remembers;
    if (turn.isHeldBack) await gate.opened;
    const usage = usageOf(agent, request, turn);
    const { call, text: content } = turn;
    if (call === null) return { content, usage };
    const toolCalls = [{ name: call.name, arguments: JSON.stringify(call.input) }];
    return content === '' ? { toolCalls, usage } : { content, toolCalls, usage };
  });
  await mock.start();
  return {
    url: mock.url,
    goOn: gate.open,
    remembers: () => remembers,
    async close() {
      gate.open();
      await mock.stop();
    },
  };
}

async function loadModel(): Promise<{ readonly LLMock: typeof Mock }> {
  try {
    return await import('@copilotkit/aimock');
  } catch (cause) {
    const text =
      'The scripted model is not installed: the package @copilotkit/aimock is one for development. Run `npm ci` (without --omit=dev) in the directory of Reeve.';
    throw new UserError('program-missing', text, { cause });
  }
}

function createGate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, HELD_BACK_MS_MAX);
    timer.unref();
    open = (): void => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { opened, open: () => open() };
}

function hasTools({ tools }: ChatCompletionRequest): boolean {
  return tools !== undefined && tools.length > 0;
}

/** What agents ask beside their work: a title for the conversation, or who is to speak next. */
function aside(request: ChatCompletionRequest) {
  const asksForJson = request.response_format !== undefined;
  return { content: asksForJson ? '{"reasoning":"The work is done.","next_speaker":"user"}' : 'An issue of tide' };
}

function messagesOf({ messages }: ChatCompletionRequest): readonly Message[] {
  return messages.map(({ role, content }) => ({ role, text: textOf(content) }));
}

function textOf(content: string | readonly ContentPart[] | null): string {
  if (content === null) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n');
}

/** As each provider calls them. */
function usageOf(agent: KnownAgent, request: ChatCompletionRequest, answer: object) {
  const read = Math.ceil(JSON.stringify(request.messages).length / CHARACTERS_PER_TOKEN);
  const written = Math.ceil(JSON.stringify(answer).length / CHARACTERS_PER_TOKEN);
  switch (agent) {
    case 'claude-code':
    case 'codex':
      return { input_tokens: read, output_tokens: written };
    case 'opencode':
      return { prompt_tokens: read, completion_tokens: written };
    case 'gemini':
      return { promptTokenCount: read, candidatesTokenCount: written };
  }
}
