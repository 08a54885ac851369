import { z } from 'zod';

import type { AgentOnCall } from '../domain/pool/choose-agent.ts';
import { agentKinds, type AgentKind } from '../domain/run/agent-spec.ts';
import { modelProviders, providerFacts, type ModelProvider } from '../domain/run/model-provider.ts';
import { agentArgv, type Argv } from './agent-command.ts';
import { Mistake, parser } from './parsers.ts';

const AGENTS_MAX = 20; // nobody chooses among more
const SLOTS_MAX = 100;
const PRESET_NAME = 'agent'; // of a command without a name

/** An agent whose program and protocol we know. */
export type KnownAgent = Exclude<AgentKind, 'custom-command' | 'acp'>;

/** The program of each kind, as its maker calls it. */
const programs: Readonly<Record<KnownAgent, Argv>> = {
  'claude-code': ['claude'],
  codex: ['codex'],
  opencode: ['opencode'],
  gemini: ['gemini'],
};
export const knownAgents: readonly KnownAgent[] = agentKinds.filter(isKnown);

const MICRO = 1_000_000;
const dollars = z
  .number()
  .nonnegative()
  .max(100_000)
  .transform((usd) => Math.round(usd * MICRO));
const entry = z
  .strictObject({
    kind: z.enum(agentKinds, { error: `must be one of ${agentKinds.join(', ')}` }),
    command: z.array(z.string()).optional(),
    model: z.string().min(1).max(200).optional(),
    slots: z.number().int().min(1).max(SLOTS_MAX).optional(),
    fallback: z.string().optional(),
    provider: z.enum(modelProviders, { error: `must be one of ${modelProviders.join(', ')}` }).optional(),
    upstream: z
      .string()
      .regex(/^https?:\/\/[^\s?#]+$/, 'must be a web address, such as https://models.example.com')
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    key: z.string().regex(/^\w+$/, 'must name a variable').optional(),
    price: z.strictObject({ input: dollars, output: dollars }).optional(),
  })
  .refine(({ kind, command }) => command !== undefined || isKnown(kind), {
    path: ['command'],
    message: 'is not set; name the program and its arguments',
  });
const table = z.record(z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'a name is letters, digits and dashes'), entry);

/** Whose model an agent of a kind asks, where there is no choice. */
const providers: Partial<Readonly<Record<AgentKind, ModelProvider>>> = {
  'claude-code': 'anthropic',
  codex: 'openai',
  gemini: 'google',
};

/** An agent as it is configured: `key` names the variable that holds the key of its model. */
export type ConfiguredAgent = AgentOnCall & { readonly key: string | null };

/** REEVE_AGENTS: a JSON object of agents by their names. */
export const agentTable = parser((text): readonly ConfiguredAgent[] => {
  const parsed = table.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
    throw new Mistake(`has a mistake${where}: ${issue?.message}`);
  }
  const agents = Object.entries(parsed.data).map(([name, given]): ConfiguredAgent => {
    const { kind, command, model, slots, fallback } = given;
    const argv = command ? agentArgv(command) : isKnown(kind) ? programs[kind] : agentArgv([]);
    const choices = { model: model ?? null, slotsMax: slots ?? null, fallback: fallback ?? null };
    return { name, kind, argv, ...choices, ...accountOf(kind, given) };
  });
  if (agents.length > AGENTS_MAX) throw new Mistake(`names more than ${AGENTS_MAX} agents`);
  const lost = agents.find(({ fallback }) => fallback !== null && !agents.some(({ name }) => name === fallback));
  if (lost) throw new Mistake(`has ${lost.fallback} stand in for ${lost.name}, and no agent is called so`);
  return agents;
});

/**
 * All agents, the preset one first: the one of the table that `preset` names, the one of a kind that we know, or a command.
 * Null when there is no agent at all.
 */
export function rosterOf(
  preset: Argv | null,
  others: readonly ConfiguredAgent[],
): readonly [ConfiguredAgent, ...ConfiguredAgent[]] | null {
  if (preset === null) return isFilled(others) ? others : null;
  const [program, ...args] = preset;
  const named = args.length === 0 ? others.find(({ name }) => name === program) : undefined;
  if (named) return [named, ...others.filter((one) => one !== named)];
  const isKind = args.length === 0 && isKnown(program);
  const plain = { model: null, slotsMax: null, fallback: null };
  const first: ConfiguredAgent = isKind
    ? { ...plain, name: program, kind: program, argv: programs[program], ...accountOf(program, {}) }
    : { ...plain, name: PRESET_NAME, kind: 'custom-command', argv: preset, access: null, key: null };
  return [first, ...others.filter(({ name }) => name !== first.name)];
}

type Account = Partial<Pick<z.output<typeof entry>, 'provider' | 'upstream' | 'key' | 'price'>>;

function accountOf(
  kind: AgentKind,
  { provider, upstream, key, price }: Account,
): Pick<ConfiguredAgent, 'access' | 'key'> {
  const whose = provider ?? providers[kind];
  if (whose === undefined) return { access: null, key: null };
  const { url, keyVariable } = providerFacts[whose];
  return { access: { provider: whose, upstream: upstream ?? url, price: price ?? null }, key: key ?? keyVariable };
}

function isKnown(kind: string): kind is KnownAgent {
  return Object.hasOwn(programs, kind);
}

function isFilled<Agent>(agents: readonly Agent[]): agents is readonly [Agent, ...Agent[]] {
  return agents.length > 0;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mistake('is no JSON; write an object such as {"codex": {"kind": "codex", "fallback": "claude"}}');
  }
}
