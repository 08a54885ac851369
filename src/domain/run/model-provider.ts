/** Whose API a model is asked through. `openai` is also what most others imitate. */
export const modelProviders = ['anthropic', 'openai', 'google'] as const;
export type ModelProvider = (typeof modelProviders)[number];

/** Tokens of one answer of a model, as its provider counts them; those that came from a cache count as input. */
export type TokenCount = { readonly input: number; readonly output: number };

/** Micro US dollars for a million tokens. */
export type ModelPrice = { readonly input: number; readonly output: number };

/** Whose model an agent asks, where, and at which price. The key is never part of it. */
export type ModelAccount = {
  readonly provider: ModelProvider;
  /** An origin, with a path before the API's own if need be; without a slash at its end. */
  readonly upstream: string;
  readonly price: ModelPrice | null;
};

type Provider = {
  /** Where its own API is. */
  readonly url: string;
  /** The variable in which its keys usually stand. */
  readonly keyVariable: string;
  /** Header and value that carry a key. */
  readonly header: (key: string) => readonly [name: string, value: string];
  /** About how many bytes of a stream one token of its answer takes, with all that is said around it. */
  readonly streamBytesPerToken: number;
  /** What asks a model. Nothing else of the account may be reached with its key. */
  readonly mayAsk: readonly { readonly method: 'GET' | 'POST'; readonly path: RegExp }[];
};

const MODELS = { method: 'GET', path: /^\/v1(?:beta)?\/models(?:\/[\w.:/-]+)?$/ } as const;
const post = (path: RegExp) => ({ method: 'POST', path }) as const;

/** Facts from the providers' own API references. */
export const providerFacts: Readonly<Record<ModelProvider, Provider>> = {
  anthropic: {
    url: 'https://api.anthropic.com',
    keyVariable: 'ANTHROPIC_API_KEY',
    header: (key) => ['x-api-key', key],
    streamBytesPerToken: 40,
    mayAsk: [MODELS, post(/^\/v1\/messages(?:\/count_tokens)?$/)],
  },
  openai: {
    url: 'https://api.openai.com',
    keyVariable: 'OPENAI_API_KEY',
    header: (key) => ['authorization', `Bearer ${key}`],
    streamBytesPerToken: 250,
    mayAsk: [MODELS, post(/^\/v1\/(?:responses(?:\/compact)?|chat\/completions|embeddings)$/)],
  },
  google: {
    url: 'https://generativelanguage.googleapis.com',
    keyVariable: 'GEMINI_API_KEY',
    header: (key) => ['x-goog-api-key', key],
    streamBytesPerToken: 25,
    mayAsk: [
      MODELS,
      post(/^\/v1(?:beta)?\/models\/[\w.-]+:(?:generateContent|streamGenerateContent|countTokens|embedContent)$/),
    ],
  },
};

/** Whether a request asks a model, and nothing else. `path` is without its query. */
export function mayAskModel(provider: ModelProvider, method: string, path: string): boolean {
  return providerFacts[provider].mayAsk.some((one) => one.method === method && one.path.test(path));
}

/** What one JSON message of an answer tells of its tokens so far; null when it tells nothing. Hostile in form, trusted in sum. */
export function tokensIn(message: unknown): TokenCount | null {
  const root = fieldsOf(message);
  const usage =
    root['usage'] ?? fieldsOf(root['message'])['usage'] ?? fieldsOf(root['response'])['usage'] ?? root['usageMetadata'];
  if (typeof usage !== 'object' || usage === null) return null;
  const count = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + numberOf(fieldsOf(usage)[name]), 0);
  // Providers name them differently; no usage has the names of two of them.
  return {
    input: count(
      ...['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'],
      ...['prompt_tokens', 'promptTokenCount'],
    ),
    output: count('output_tokens', 'completion_tokens', 'candidatesTokenCount', 'thoughtsTokenCount'),
  };
}

/** Whether an answer to it costs anything: to count tokens, or to name models, does not. */
export function usesTokens(method: string, path: string): boolean {
  return method === 'POST' && !/count_?tokens$/i.test(path);
}

type Answer = {
  readonly told: TokenCount;
  readonly askedBytes: number;
  readonly answeredBytes: number;
  readonly isStream: boolean;
  /** It was heard to its end. */
  readonly isWhole: boolean;
};

/**
 * What an answer has used. One that was cut off, or was asked not to tell, has used tokens as well: what is not told is
 * guessed from its size, so that no budget can be passed by not listening.
 */
export function tokensUsed(provider: ModelProvider, answer: Answer): TokenCount {
  const { told, askedBytes, answeredBytes, isStream, isWhole } = answer;
  if (isWhole && told.input + told.output > 0) return told;
  const bytesPerToken = isStream ? providerFacts[provider].streamBytesPerToken : BYTES_PER_TOKEN;
  return {
    input: told.input || Math.ceil(askedBytes / BYTES_PER_TOKEN),
    output: Math.max(told.output, Math.ceil(answeredBytes / bytesPerToken)),
  };
}

/** What tokens cost, rounded up to a micro dollar. */
export function costMicroUsdOf({ input, output }: TokenCount, price: ModelPrice): number {
  return Math.ceil((input * price.input + output * price.output) / TOKENS_OF_PRICE);
}

const TOKENS_OF_PRICE = 1_000_000;
const BYTES_PER_TOKEN = 4; // of English and of code
const COUNT_MAX = 1e9; // no answer has more; a larger number is no count

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= COUNT_MAX ? Math.floor(value) : 0;
}
