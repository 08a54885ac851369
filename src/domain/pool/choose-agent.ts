import type { AgentSpec } from '../run/agent-spec.ts';
import type { ModelAccount } from '../run/model-provider.ts';

/** An agent of this server, and how far it may be used. */
export type AgentOnCall = AgentSpec & {
  /** Runs at a time; null: as many as there are slots. */
  readonly slotsMax: number | null;
  /** The model that it is let through to by a proxy of each run; null when it finds its own. */
  readonly access: ModelAccount | null;
  /** Who works in its place while it rests. */
  readonly fallback: string | null;
};

/** The agents that the operator has configured: the first one is preset. Names are unique. */
export type Roster = readonly [AgentOnCall, ...AgentOnCall[]];

export type AgentWish = {
  /** Whom people chose. */
  readonly wants: string | null;
  /** Who worked last, and has the conversation. */
  readonly last: string | null;
};

export type AgentChoice =
  | { readonly outcome: 'chosen'; readonly agent: AgentOnCall }
  /** All that could do it rest; the first one is back then (epoch ms). */
  | { readonly outcome: 'resting'; readonly until: number };

/**
 * Who does the next run: whom people chose, else whoever has the conversation, else the preset one; while that one rests,
 * the agent that stands in for it, and so on. A name that is not on the roster any more counts as none. `rests`: agents that
 * are to be left alone, and until when (epoch ms).
 */
export function chooseAgent(
  roster: Roster,
  wish: AgentWish,
  rests: ReadonlyMap<string, number>,
  now: number,
): AgentChoice {
  const line = inLine(roster, wish);
  const agent = line.find(({ name }) => (rests.get(name) ?? 0) <= now);
  if (agent) return { outcome: 'chosen', agent };
  return { outcome: 'resting', until: Math.min(...line.map(({ name }) => rests.get(name) ?? now)) };
}

/** Whoever may do it, in the order in which they are asked; never empty. */
function inLine(roster: Roster, { wants, last }: AgentWish): readonly AgentOnCall[] {
  const named = (name: string | null) => roster.find((one) => one.name === name);
  const wanted = named(wants);
  const line = new Set<AgentOnCall>();
  for (const first of wanted ? [wanted] : [named(last), roster[0]]) {
    for (let next = first; next && !line.has(next); next = named(next.fallback)) line.add(next);
  }
  return [...line];
}
