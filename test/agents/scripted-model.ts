import { LLMock } from '@copilotkit/aimock';

import { openTap } from './tap.ts';

/** What the model does when it is asked once. */
export type Move =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'fail'; readonly how: ModelFailure }
  /** It answers when nobody asks any more. */
  | { readonly kind: 'think' };

export type ModelFailure = 'authentication' | 'credit' | 'rate' | 'server' | 'context';

/** What it does when it is asked for the `turn`-th time (from 0) within this run. */
export type Script = (turn: number) => Move;

/** How an agent calls its shell. */
export type ShellTool = (command: string) => { readonly name: string; readonly arguments: string };

export type ScriptedModel = {
  readonly url: string;
  follow(script: Script): void;
  /** How often it was asked since it follows its script, without what agents ask aside. */
  asked(): number;
  /** All that it was told since then. */
  heard(): string;
  /** Resolves when it has been asked so often. */
  whenAsked(times: number): Promise<void>;
  stop(): Promise<void>;
};

const INPUT_TOKENS = 100;
const OUTPUT_TOKENS = 10;
const TOKENS = INPUT_TOKENS + OUTPUT_TOKENS;
const RETRY_AFTER_SECONDS = 36_000; // ten hours: nobody may wait for so long

/** In the words of each provider. */
const usage = {
  ...{ prompt_tokens: INPUT_TOKENS, completion_tokens: OUTPUT_TOKENS, total_tokens: TOKENS },
  ...{ input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
  ...{ promptTokenCount: INPUT_TOKENS, candidatesTokenCount: OUTPUT_TOKENS, totalTokenCount: TOKENS },
};

const failures: Readonly<Record<ModelFailure, { status: number; type: string; code: string; message: string }>> = {
  authentication: {
    ...{ status: 401, type: 'authentication_error', code: 'invalid_api_key' },
    message: 'API key not valid.',
  },
  credit: { status: 402, type: 'billing_error', code: 'billing', message: 'Payment required: there is no credit.' },
  rate: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Rate limit reached.' },
  server: { status: 500, type: 'api_error', code: 'server_error', message: 'Internal error.' },
  context: {
    ...{ status: 400, type: 'invalid_request_error', code: 'context_length_exceeded' },
    message: 'prompt is too long: 250000 tokens > 200000 maximum',
  },
};

/** What agents ask beside their work: a title for the conversation, or who is to speak next. */
const aside = { content: '{"title":"A task","reasoning":"It is done.","next_speaker":"user"}', usage };

/** A model of every provider at once, on a port of this machine, that does what its script says. */
export async function startModel(shell: ShellTool): Promise<ScriptedModel> {
  const mock = new LLMock({ port: 0 });
  let script: Script = () => ({ kind: 'say', text: 'Done.' });
  let asked = 0;
  let onAsked = (): void => {};
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  mock.on({}, async (request) => {
    if ((request.tools ?? []).length === 0 && request.tool_choice === undefined) return aside;
    const move = script(asked);
    asked += 1;
    onAsked();
    switch (move.kind) {
      case 'say':
        return { content: move.text, usage };
      case 'run':
        return { toolCalls: [shell(move.command)], usage };
      case 'think':
        await stopped;
        return { content: 'Too late.', usage };
      case 'fail': {
        const { status, ...error } = failures[move.how];
        return { error, status, ...(move.how === 'rate' ? { retryAfter: RETRY_AFTER_SECONDS } : {}) };
      }
    }
  });
  await mock.start();
  const tap = await openTap(mock.url);
  return {
    url: tap.url,
    follow(next) {
      [script, asked] = [next, 0];
      tap.clear();
    },
    asked: () => asked,
    heard: () => tap.bodies().join('\n'),
    whenAsked: (times) =>
      new Promise((resolve) => {
        onAsked = () => {
          if (asked >= times) resolve();
        };
        onAsked();
      }),
    async stop() {
      stop();
      tap.close();
      await mock.stop();
    },
  };
}
