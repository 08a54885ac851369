import type { Budgets } from '../budget/budget.ts';
import type { AgentOnCall, Roster } from '../pool/choose-agent.ts';
import type { WorkPurpose } from '../prompt/variables.ts';
import type { PublishPolicy } from '../publish/policy.ts';
import type { PermissionPolicy, PermissionRule } from '../run/permission.ts';
import type { SetupSpec } from '../setup/setup.ts';
import { isSameLabel, type RepositoryConfig } from './repository-config.ts';

const MINUTE_MS = 60_000;
const MICRO = 1_000_000;

/** Why work on an issue with these labels may not begin, as the end of a sentence for people; null when it may. */
export function whyNotEnter({ labels }: RepositoryConfig, carried: readonly string[]): string | null {
  const has = (name: string) => carried.some((one) => isSameLabel(one, name));
  const blocking = labels.block.find(has);
  if (blocking !== undefined) return `it carries the label "${blocking}", and ${RULES} lets no such issue in.`;
  const missing = labels.require.filter((name) => !has(name));
  if (missing.length === 0) return null;
  return `it lacks ${missing.map((name) => `the label "${name}"`).join(' and ')}, which ${RULES} asks for.`;
}

const RULES = '.github/reeve.yml';

/** The budgets of the server, with what a repository wants less of: it can have no more, and one answer adds no more. */
export function narrowBudgets(budgets: Budgets, { limits }: Pick<RepositoryConfig, 'limits'>): Budgets {
  const { session } = budgets.limits;
  const least = (ours: number, theirs: number | undefined, unit: number) =>
    theirs === undefined ? ours : Math.min(ours, Math.max(1, Math.round(theirs * unit)));
  return {
    ...budgets,
    limits: {
      ...budgets.limits,
      session: {
        costMicroUsd: least(session.costMicroUsd, limits.usd, MICRO),
        tokens: least(session.tokens, limits.tokens, 1),
        agentMs: least(session.agentMs, limits.minutes, MINUTE_MS),
        runs: least(session.runs, limits.runs, 1),
      },
    },
  };
}

const strictness = ['allow', 'ask', 'deny'] as const;

/**
 * What an agent may do without asking, where both agree. Where the server allows what it does not name, a repository can
 * name what it allows; otherwise it can only keep some of what the server names, in the same words.
 */
export function narrowPermissions(
  policy: PermissionPolicy,
  { permissions }: Pick<RepositoryConfig, 'permissions'>,
): PermissionPolicy {
  const { deny, allow, otherwise } = permissions;
  const isNamed = (rule: PermissionRule) =>
    policy.allow.some(({ tool, subject }) => tool === rule.tool && (subject === null || subject === rule.subject));
  return {
    ...policy,
    deny: [...policy.deny, ...deny],
    allow: allow === undefined ? policy.allow : policy.otherwise === 'allow' ? allow : allow.filter(isNamed),
    otherwise: strictness[Math.max(rank(policy.otherwise), rank(otherwise ?? 'allow'))] ?? 'deny',
  };
}

function rank(verdict: (typeof strictness)[number]): number {
  return strictness.indexOf(verdict);
}

/** What may be published where both let it: `theirs` is made of the patterns of the repository. */
export function narrowPublishPolicy(
  policy: PublishPolicy,
  theirs: Pick<PublishPolicy, 'isAllowed' | 'isProtected'>,
): PublishPolicy {
  return {
    ...policy,
    isAllowed: (path) => policy.isAllowed(path) && theirs.isAllowed(path),
    isProtected: (path) => policy.isProtected(path) || theirs.isProtected(path),
  };
}

/** How a repository is set up: as it says itself, else as the server does. */
export function setupFor({ setup }: Pick<RepositoryConfig, 'setup'>, preset: SetupSpec | null): SetupSpec | null {
  if (setup === undefined) return preset;
  const [program, ...args] = setup.command;
  if (program === undefined) return preset;
  return {
    argv: [program, ...args],
    lockFiles: setup.lockfiles,
    cachePaths: setup.cache,
    wallMs: setup.minutes * MINUTE_MS,
  };
}

/** Runs at a time in the repository. */
export function narrowSlots(slots: number, { max_active_sessions: most }: RepositoryConfig): number {
  return Math.min(slots, most ?? slots);
}

/** The names that a repository has for agents and that the server does not know, each once. */
export function unknownAgents({ agent }: Pick<RepositoryConfig, 'agent'>, known: readonly string[]): readonly string[] {
  const names = typeof agent === 'string' ? [agent] : Object.values(agent);
  return [...new Set(names.filter((name) => name !== undefined))].filter((name) => !known.includes(name));
}

/**
 * The agents of the server, the one first that the repository wants; and who is named for what is to be done now, or null.
 * A name that the server does not have counts as none.
 */
export function agentsFor(
  roster: Roster,
  { agent }: Pick<RepositoryConfig, 'agent'>,
  purpose: WorkPurpose,
): { readonly roster: Roster; readonly named: string | null } {
  const names = typeof agent === 'string' ? { default: agent } : agent;
  const known = (name: string | undefined): AgentOnCall | undefined => roster.find((one) => one.name === name);
  const first = known(names.default);
  return {
    roster: first === undefined ? roster : [first, ...roster.filter((one) => one !== first)],
    named: known(names[purpose])?.name ?? null,
  };
}
