import { z } from 'zod';

import type { AgentOnCall, Roster } from '../domain/pool/choose-agent.ts';
import { agentKinds, type AgentKind } from '../domain/run/agent-spec.ts';
import { agentArgv, type Argv } from './agent-command.ts';
import { Mistake, parser } from './parsers.ts';

const AGENTS_MAX = 20; // nobody chooses among more
const SLOTS_MAX = 100;
const PRESET_NAME = 'agent'; // of a command without a name

/** The program of each kind, as its maker calls it. */
const programs: Readonly<Record<Exclude<AgentKind, 'custom-command' | 'acp'>, Argv>> = {
  'claude-code': ['claude'],
  codex: ['codex'],
  opencode: ['opencode'],
  gemini: ['gemini'],
};

const entry = z
  .strictObject({
    kind: z.enum(agentKinds, { error: `must be one of ${agentKinds.join(', ')}` }),
    command: z.array(z.string()).optional(),
    model: z.string().min(1).max(200).optional(),
    slots: z.number().int().min(1).max(SLOTS_MAX).optional(),
    fallback: z.string().optional(),
  })
  .refine(({ kind, command }) => command !== undefined || isKnown(kind), {
    path: ['command'],
    message: 'is not set; name the program and its arguments',
  });
const table = z.record(z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'a name is letters, digits and dashes'), entry);

/** REEVE_AGENTS: a JSON object of agents by their names. */
export const agentTable = parser((text): readonly AgentOnCall[] => {
  const parsed = table.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
    throw new Mistake(`has a mistake${where}: ${issue?.message}`);
  }
  const agents = Object.entries(parsed.data).map(([name, { kind, command, model, slots, fallback }]): AgentOnCall => {
    const argv = command ? agentArgv(command) : isKnown(kind) ? programs[kind] : agentArgv([]);
    return { name, kind, argv, model: model ?? null, slotsMax: slots ?? null, fallback: fallback ?? null };
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
export function rosterOf(preset: Argv | null, others: readonly AgentOnCall[]): Roster | null {
  if (preset === null) return isFilled(others) ? others : null;
  const [program, ...args] = preset;
  const named = args.length === 0 ? others.find(({ name }) => name === program) : undefined;
  if (named) return [named, ...others.filter((one) => one !== named)];
  const isKind = args.length === 0 && isKnown(program);
  const first: AgentOnCall = isKind
    ? { name: program, kind: program, argv: programs[program], model: null, slotsMax: null, fallback: null }
    : { name: PRESET_NAME, kind: 'custom-command', argv: preset, model: null, slotsMax: null, fallback: null };
  return [first, ...others.filter(({ name }) => name !== first.name)];
}

function isKnown(kind: string): kind is keyof typeof programs {
  return Object.hasOwn(programs, kind);
}

function isFilled(agents: readonly AgentOnCall[]): agents is Roster {
  return agents.length > 0;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mistake('is no JSON; write an object such as {"codex": {"kind": "codex", "fallback": "claude"}}');
  }
}
