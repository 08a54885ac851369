import { chooseAgent, type AgentChoice } from '../domain/pool/choose-agent.ts';
import { agentsFor } from '../domain/policy/narrow.ts';
import type { RepositoryConfig } from '../domain/policy/repository-config.ts';
import type { RunEnd, RunEndReason } from '../domain/run/run.ts';
import { purposeOf } from '../domain/session/purpose.ts';
import type { Session } from '../domain/session/session.ts';
import type { Ports } from './ports.ts';
import { configOf } from './read-repository-config.ts';

const MINUTE_MS = 60_000;
const REST_MS_MAX = 24 * 60 * MINUTE_MS; // a limit that lasts longer is tried once a day

/** How long an agent is left alone when its model does not say. */
const restMs: Partial<Readonly<Record<RunEndReason, number>>> = {
  'rate-limited': 5 * MINUTE_MS,
  'model-failed': MINUTE_MS,
  'out-of-credit': 10 * MINUTE_MS,
  'not-authenticated': 10 * MINUTE_MS,
};

type Needs = Pick<Ports, 'store' | 'settings' | 'now'>;

/** The agents that are to be left alone now, and until when (epoch ms). */
export async function restsOf({ store, settings }: Needs): Promise<ReadonlyMap<string, number>> {
  const rests = await Promise.all(
    settings.agents.map(async ({ name }) => [name, (await store.cursors.get(cursorOf(name))) ?? 0] as const),
  );
  return new Map(rests);
}

/**
 * After an end that its model caused, leaves the agent of the session's last run alone for a while, for all sessions. Gives
 * when somebody can go on with this one: at once where another agent stands in; undefined when nobody knows, or when the
 * end had other causes. Safe to repeat: a rest only grows.
 */
export async function restAgent(ports: Needs, session: Session, end: RunEnd): Promise<number | undefined> {
  const { settings, store, now } = ports;
  const preset = restMs[end.reason];
  if (preset === undefined) return undefined;
  const at = now();
  const name = session.runs.at(-1)?.agent?.name ?? settings.agents[0].name;
  await store.cursors.advance(cursorOf(name), Math.min(end.retryAt ?? at + preset, at + REST_MS_MAX));
  const config = await configOf(ports, session.repositoryId);
  const choice = chooseFor(ports, session, { config, rests: await restsOf(ports) });
  if (choice.outcome === 'chosen') return choice.agent.name === name ? undefined : at;
  return end.reason === 'rate-limited' && end.retryAt !== undefined ? choice.until : undefined;
}

type Circumstances = { readonly config: RepositoryConfig; readonly rests: ReadonlyMap<string, number> };

/** Who does the next run of a session: as people chose, else as its repository names them for what is to be done. */
export function chooseFor(
  { settings, now }: Pick<Needs, 'settings' | 'now'>,
  session: Session,
  { config, rests }: Circumstances,
): AgentChoice {
  const { runs, wants } = session;
  const { roster, named } = agentsFor(settings.agents, config, purposeOf(session, runs));
  const chosen = roster.find(({ name }) => name === wants)?.name ?? named;
  const last = runs.findLast(({ agent }) => agent)?.agent?.name ?? null;
  return chooseAgent(roster, { wants: chosen, last }, rests, now());
}

function cursorOf(name: string): string {
  return `rest/${name}`;
}
