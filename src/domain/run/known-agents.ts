import type { AgentKind } from './agent-spec.ts';

/** What an agent may be unable to do; every other case of the conformance suite it must pass. */
export const limitations = [
  'usage',
  'end-authentication',
  'end-credit',
  'end-rate',
  'end-server',
  'end-context',
] as const;
export type Limitation = (typeof limitations)[number];

/** A program that we have driven for real, and what is known of it. */
export type KnownAgent = {
  /** Its npm package. */
  readonly package: string;
  /** The program in it. */
  readonly program: string;
  /** The version that `npm run test:agents` installs and proves. */
  readonly version: string;
  /** The oldest version that was seen to work. */
  readonly since: string;
  /** What it cannot do, each with its reason in one sentence. */
  readonly cannot: Readonly<Partial<Record<Limitation, string>>>;
  /** What else an operator should know, each in one sentence. */
  readonly notes: readonly string[];
};

export type KnownKind = Exclude<AgentKind, 'custom-command' | 'acp'>;

/** The agents that `npm run test:agents` drives; a new one needs a row here and one in test/agents/real.ts. */
export const knownAgents: Readonly<Record<KnownKind, KnownAgent>> = {
  'claude-code': {
    ...{ package: '@anthropic-ai/claude-code', program: 'claude', version: '2.1.328', since: '2.1.197', cannot: {} },
    notes: [
      'With an API key it does not tell until when it is limited.',
      'Settings of the whole machine in /etc/claude-code are obeyed.',
      'Up to 2.1.197 its tools see the bearer of the run.',
    ],
  },
  codex: {
    ...{ package: '@openai/codex', program: 'codex', version: '0.169.0', since: '0.169.0', cannot: {} },
    notes: [
      'It tells tokens and no money; with a price in REEVE_AGENTS the proxy of the run counts money.',
      'It names its conversation itself.',
      'Settings of the whole machine in /etc/codex are obeyed.',
    ],
  },
  opencode: {
    ...{ package: 'opencode-ai', program: 'opencode', version: '1.18.33', since: '1.18.33' },
    cannot: {
      usage:
        'It tells no tokens, and money only where it knows the price of its model; the proxy of the run counts both.',
      'end-rate': 'It waits in silence for as long as its model says; the limit of silence ends the run.',
      'end-context': 'It shortens its conversation and tries again without an end; the limits of the run end it.',
    },
    notes: [
      'Plugins of the workspace in .opencode are run whatever is set; only the sandbox holds them.',
      'It tries a model that fails for over a minute in silence.',
    ],
  },
  gemini: {
    ...{ package: '@google/gemini-cli', program: 'gemini', version: '0.61.0', since: '0.61.0', cannot: {} },
    notes: [
      'It tells tokens and no money; with a price in REEVE_AGENTS the proxy of the run counts money.',
      'It starts no MCP server, as its workspace is not trusted; `reeve-agent` on its PATH does the same.',
      'It takes a conversation up in the minute after it was begun at the earliest, so it may wait up to 61 seconds.',
    ],
  },
};
