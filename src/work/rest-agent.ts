import { chooseAgent } from '../domain/pool/choose-agent.ts';
import type { RunEnd, RunEndReason } from '../domain/run/run.ts';
import type { Session } from '../domain/session/session.ts';
import type { Ports } from './ports.ts';

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
  const choice = chooseAgent(settings.agents, wishOf(session), await restsOf(ports), at);
  if (choice.outcome === 'chosen') return choice.agent.name === name ? undefined : at;
  return end.reason === 'rate-limited' && end.retryAt !== undefined ? choice.until : undefined;
}

/** Whom the session would have work in it. */
export function wishOf({ wants, runs }: Session): { readonly wants: string | null; readonly last: string | null } {
  return { wants: wants ?? null, last: runs.findLast(({ agent }) => agent)?.agent?.name ?? null };
}

function cursorOf(name: string): string {
  return `rest/${name}`;
}
