import { findProgram } from '../config/agent-command.ts';
import type { AgentOnCall } from '../domain/pool/choose-agent.ts';
import type { AgentKind } from '../domain/run/agent-spec.ts';
import { knownAgents } from '../domain/run/known-agents.ts';
import type { Check } from './check.ts';

type AgentSeen = Pick<AgentOnCall, 'name' | 'kind' | 'argv' | 'access'>;

/** Asks a program for its version; null when it cannot be started or says nothing. */
export type AskVersion = (program: string) => Promise<string | null>;

/** One agent: whether its program is there, which version it is, and how it reaches its model. */
export async function examineAgent(
  agent: AgentSeen,
  { path, askVersion }: { readonly path: string; readonly askVersion: AskVersion },
): Promise<Check> {
  const place = findProgram(agent.argv[0], path);
  const said = place !== null && isKnown(agent.kind) ? await askVersion(place) : null;
  return judgeAgent(agent, { place, version: versionIn(said) });
}

export type AgentFacts = {
  /** Where its program is; null when it is nowhere. */
  readonly place: string | null;
  /** Null when it does not tell, or was not asked. */
  readonly version: string | null;
};

export function judgeAgent(agent: AgentSeen, { place, version }: AgentFacts): Check {
  const name = `agent ${agent.name}`;
  if (place === null) {
    const how = isKnown(agent.kind) ? `install it (npm package ${knownAgents[agent.kind].package})` : 'install it';
    const says = `${agent.argv[0]} is not on PATH; ${how}, or give its full path in REEVE_AGENT or REEVE_AGENTS`;
    return { name, verdict: 'mend', says };
  }
  const findings = [judgeVersion(agent.kind, version), judgeAccess(agent)];
  const says = [place, ...findings.map((finding) => finding.says)].filter((words) => words !== '').join('; ');
  return { name, verdict: findings.some(({ isFine }) => !isFine) ? 'warn' : 'ok', says };
}

type Finding = { readonly isFine: boolean; readonly says: string };

function judgeVersion(kind: AgentKind, version: string | null): Finding {
  if (!isKnown(kind)) return { isFine: true, says: '' };
  const { since, version: proven } = knownAgents[kind];
  const range =
    since === proven ? `Reeve was seen to work with ${proven}` : `Reeve was seen to work with ${since} to ${proven}`;
  if (version === null) return { isFine: false, says: `it does not tell its version; ${range}` };
  if (compare(version, since) < 0) return { isFine: false, says: `version ${version} is too old: install ${proven}` };
  if (compare(version, proven) > 0) {
    return {
      isFine: false,
      says: `version ${version} is newer than what is known: ${range}; install that if runs fail`,
    };
  }
  return { isFine: true, says: `version ${version}` };
}

function judgeAccess({ kind, access }: AgentSeen): Finding {
  if (access !== null) {
    return { isFine: true, says: `asks its model (${access.provider}) by the proxy of its run, and knows no key` };
  }
  if (kind === 'custom-command') return { isFine: true, says: '' }; // it may well need no model
  return {
    isFine: false,
    says: 'has no proxy to its model: it must bring credentials of its own, which its runs can read, and what it spends is known by its own word alone; set its provider and the key of its model (docs/agents.md), and leave that key out of REEVE_AGENT_ENV',
  };
}

function isKnown(kind: AgentKind): kind is keyof typeof knownAgents {
  return Object.hasOwn(knownAgents, kind);
}

function versionIn(said: string | null): string | null {
  return /\d+\.\d+\.\d+/.exec(said ?? '')?.[0] ?? null;
}

/** Below 0 when `one` is older. */
function compare(one: string, other: string): number {
  const [these, those] = [one, other].map((version) => version.split('.').map(Number));
  for (let at = 0; at < 3; at += 1) {
    const difference = (these?.[at] ?? 0) - (those?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
