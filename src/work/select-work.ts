import type { AgentChoice, Roster } from '../domain/pool/choose-agent.ts';
import { chooseNext, fullPlaces, type Place } from '../domain/pool/choose.ts';
import { narrowSlots } from '../domain/policy/narrow.ts';
import { OBSERVED } from '../domain/policy/observe.ts';
import type { RepositoryConfig } from '../domain/policy/repository-config.ts';
import { conversationWith } from '../domain/session/conversation.ts';
import type { Session } from '../domain/session/session.ts';
import { reserveRun, settleBudgets } from './budgets.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { configOf } from './read-repository-config.ts';
import { chooseFor, restsOf } from './rest-agent.ts';

const QUEUED_READ_MAX = 100; // in memory at once; a second look comes while slots are free
const ENDING_READ_MAX = 500; // far more than end at one time

type Needs = Pick<Ports, 'store' | 'queue' | 'log' | 'now' | 'settings' | 'capacity' | 'runs' | 'newId'>;
type Candidate = Place & { readonly session: Session; readonly agent: string };

/**
 * Gives free slots to the sessions that have waited longest, within the caps of the machine, of each repository and of each
 * installation, and of each agent; who stands behind one that is at its cap, or in a repository that only observes, is not held up. A session that waits for a person holds no slot; a
 * new one waits until the agent of the last one on its issue is surely gone. A slot comes with a budget. Nothing starts while this machine is short of
 * something, or once `signal` is aborted. Safe to repeat: all is counted from the stored states.
 */
export async function selectWork(ports: Needs, signal?: AbortSignal): Promise<void> {
  const { store, settings } = ports;
  const { slots, slotsPerRepository: perRepository, slotsPerInstallation: perInstallation } = settings;
  const ofRepository = new Map<number, number>();
  const pool = { slots, perRepository, perInstallation, perAgent: capsOf(settings.agents), ofRepository };
  const holding = await store.sessions.inStates(['preparing', 'working'], pool.slots);
  await settleBudgets(ports, holding);
  if (holding.length >= pool.slots) return;
  const lacks = ports.capacity.whyNot(ports.now());
  const placeOf = createPlaces(ports);
  const configIn = createConfigs(ports, (id, config) => ofRepository.set(id, narrowSlots(perRepository, config)));
  const busy: Place[] = await Promise.all(
    holding.map(async (one) => {
      await configIn(one.repositoryId); // its cap
      return { ...(await placeOf(one)), agent: one.runs.at(-1)?.agent?.name ?? null };
    }),
  );
  const choose = await createAgentChoice(ports);
  const ending = new Set((await store.sessions.unsettled(ENDING_READ_MAX)).map(issueOf));
  const observing = new Set<number>();
  // Each look but the last one starts something or finds a repository that observes, so there are at most as many as there
  // are slots and repositories.
  for (;;) {
    const { repositories, installations } = fullPlaces(busy, pool);
    const queued = await store.sessions.queued({
      limit: QUEUED_READ_MAX,
      exceptRepositories: [...repositories, ...observing],
      exceptInstallations: installations,
    });
    const observed = observing.size;
    const candidates: Candidate[] = [];
    const choices: { readonly session: Session; readonly choice: AgentChoice }[] = [];
    for (const session of queued.filter((one) => !ending.has(issueOf(one)))) {
      const config = await configIn(session.repositoryId);
      if (config.mode === 'observe') {
        observing.add(session.repositoryId);
        if (session.state === 'queued' && session.lacks !== OBSERVED) await tellHeld(ports, session, OBSERVED);
        continue;
      }
      const choice = choose(session, config);
      choices.push({ session, choice });
      if (choice.outcome === 'chosen')
        candidates.push({ session, ...(await placeOf(session)), agent: choice.agent.name });
    }
    const chosen = chooseNext(candidates, busy, pool);
    for (const { session, ...place } of chosen) {
      if (signal?.aborted === true) return;
      if (lacks !== null) await tellHeld(ports, session, lacks);
      else if (await start(ports, session, place.agent)) busy.push(place);
    }
    if (lacks === null) await tellResting(ports, choices, pool.slots - busy.length);
    const isNews = chosen.length > 0 || observing.size > observed;
    if (lacks !== null || !isNews || queued.length < QUEUED_READ_MAX) return;
  }
}

type Choices = readonly { readonly session: Session; readonly choice: AgentChoice }[];

/** As many as there are slots left for say that their agents rest: each new rest would change the cards of all of them. */
async function tellResting(ports: Needs, choices: Choices, slotsLeft: number): Promise<void> {
  const resting = choices.flatMap(({ session, choice }) =>
    choice.outcome === 'resting' ? [{ session, until: choice.until }] : [],
  );
  for (const { session, until } of resting.slice(0, Math.max(0, slotsLeft))) {
    const { id, version, changedAt: at } = session;
    if (session.state !== 'queued' || session.restsUntil === until) continue;
    await moveSession(ports, id, `rests:v${version}`, { kind: 'agents-rest', until, at });
  }
}

/** Those whose turn it is say what holds them up, once for each thing; nobody's place in the queue changes by that. */
async function tellHeld(ports: Needs, { id, version, changedAt: at }: Session, detail: string): Promise<void> {
  await moveSession(ports, id, `held:v${version}`, { kind: 'launch-held', detail, at });
}

/** Gives a slot with a budget, or else asks for more of that; says whether the slot is taken. */
async function start(ports: Needs, session: Session, name: string): Promise<boolean> {
  const { id, version } = session;
  const reserved = await reserveRun(ports, session);
  const at = ports.now();
  if (reserved.outcome === 'crossed') {
    await moveSession(ports, id, `budget:v${version}`, { kind: 'budget-crossed', crossing: reserved.crossing, at });
    return false;
  }
  const { conversationId } = conversationWith(session, session.runs, name);
  const agent = { name, conversationId: conversationId ?? ports.newId() };
  await moveSession(ports, id, `slot:v${version}`, { kind: 'slot-granted', reserved: reserved.reservation, agent, at });
  return true;
}

function capsOf(agents: Roster): ReadonlyMap<string, number> {
  return new Map(agents.flatMap(({ name, slotsMax }) => (slotsMax === null ? [] : [[name, slotsMax] as const])));
}

/** Says who does the next run of a session. */
async function createAgentChoice(ports: Needs): Promise<(session: Session, config: RepositoryConfig) => AgentChoice> {
  const rests = await restsOf(ports);
  return (session, config) => chooseFor(ports, session, { config, rests });
}

/** Reads what each repository wants once; `onRead` hears of it. */
function createConfigs(
  ports: Pick<Ports, 'store'>,
  onRead: (repositoryId: number, config: RepositoryConfig) => void,
): (repositoryId: number) => Promise<RepositoryConfig> {
  const known = new Map<number, RepositoryConfig>();
  return async (repositoryId) => {
    const seen = known.get(repositoryId);
    if (seen) return seen;
    const config = await configOf(ports, repositoryId);
    known.set(repositoryId, config);
    onRead(repositoryId, config);
    return config;
  };
}

/** Looks each repository up once. */
function createPlaces({ store }: Pick<Ports, 'store'>): (session: Session) => Promise<Omit<Place, 'agent'>> {
  const known = new Map<number, number | null>();
  return async ({ repositoryId }) => {
    const seen = known.get(repositoryId);
    const installationId = seen ?? (await store.repositories.get(repositoryId))?.installationId ?? null;
    known.set(repositoryId, installationId);
    return { repositoryId, installationId };
  };
}

function issueOf({ repositoryId, issueNumber }: Session): string {
  return `${repositoryId}/${issueNumber}`;
}
