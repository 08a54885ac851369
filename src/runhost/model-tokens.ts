import { createParser } from 'eventsource-parser';

import { tokensIn, tokensUsed, type ModelProvider, type TokenCount } from '../domain/run/model-provider.ts';

const WHOLE_BYTES_MAX = 16_000_000; // an answer in one piece; of a longer one the tokens are not known
const STREAM = 'text/event-stream';
const EVENT_CHARACTERS_MAX = 16_000_000;

/** What one request uses of its model. */
export type RequestMeter = {
  asked(bytes: Buffer): void;
  /** Its answer begins. */
  answered(status: number, contentType: string): void;
  take(bytes: Buffer): void;
  /** `isWhole`: the answer was heard to its end. Nothing is used by one that failed. */
  sum(isWhole: boolean): TokenCount;
};

const nothing: TokenCount = { input: 0, output: 0 };

export function meterRequest(provider: ModelProvider): RequestMeter {
  let askedBytes = 0;
  let answeredBytes = 0;
  let hasFailed = false;
  let isStream = false;
  let watched: ReturnType<typeof watchTokens> | null = null;
  return {
    asked(bytes) {
      askedBytes += bytes.length;
    },
    answered(status, contentType) {
      hasFailed = status >= 300;
      isStream = contentType.includes(STREAM);
      watched = watchTokens(contentType);
    },
    take(bytes) {
      answeredBytes += bytes.length;
      watched?.take(bytes);
    },
    sum(isWhole) {
      const told = watched?.sum() ?? nothing;
      return hasFailed ? told : tokensUsed(provider, { told, askedBytes, answeredBytes, isStream, isWhole });
    },
  };
}

/** Counts the tokens of one answer as its bytes go by, whether it comes in one piece or as a stream of events. */
function watchTokens(contentType: string): { take(bytes: Buffer): void; sum(): TokenCount } {
  let most: TokenCount = { input: 0, output: 0 };
  const look = (text: string): void => {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return; // `[DONE]`, a comment, half an answer
    }
    // What an answer tells of its tokens grows as it goes on; parts of it are told apart.
    for (const one of Array.isArray(message) ? message : [message]) {
      const count = tokensIn(one);
      if (count) most = { input: Math.max(most.input, count.input), output: Math.max(most.output, count.output) };
    }
  };
  const decoder = new TextDecoder();
  if (contentType.includes(STREAM)) {
    let pending = 0;
    const parser = createParser({
      onEvent: ({ data }) => {
        pending = 0;
        look(data);
      },
    });
    return {
      take(bytes) {
        pending += bytes.length;
        if (pending > EVENT_CHARACTERS_MAX) return;
        parser.feed(decoder.decode(bytes, { stream: true }));
      },
      sum: () => most,
    };
  }
  let whole = '';
  let isTooLong = false;
  return {
    take(bytes) {
      if (whole.length + bytes.length > WHOLE_BYTES_MAX) isTooLong = true;
      else whole += decoder.decode(bytes, { stream: true });
    },
    sum() {
      if (!isTooLong) look(whole);
      return most;
    },
  };
}
