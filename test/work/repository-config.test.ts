import { expect, test } from 'vitest';

import { OPERATOR } from '../../src/domain/people.ts';
import type { Roster } from '../../src/domain/pool/choose-agent.ts';
import { OBSERVED } from '../../src/domain/policy/observe.ts';
import { CONFIG_PATH, configDefault } from '../../src/domain/policy/repository-config.ts';
import type { RunRequest } from '../../src/domain/run/run.ts';
import { statusCard } from '../../src/render/comments/status-card.ts';
import { waitsForText } from '../../src/render/waits-for.ts';
import { advanceSession } from '../../src/work/advance-session.ts';
import { compareRepository } from '../../src/work/compare-repository.ts';
import { openWork } from '../../src/work/open-work.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import type { Ports } from '../../src/work/ports.ts';
import { readRepositoryConfig } from '../../src/work/read-repository-config.ts';
import { selectWork } from '../../src/work/select-work.ts';
import { takeLabel } from '../../src/work/take-label.ts';
import { openWorld, REPO, type World } from '../ports.ts';
import { commit } from '../repositories.ts';
import { ownComments } from '../reeve/comments.ts';
import { answered, asked, finished, granted, launched } from '../sessions.ts';

const command = { kind: 'custom-command', argv: ['false'], model: null, slotsMax: null, access: null } as const;
const two: Roster = [
  { ...command, name: 'codex', fallback: null },
  { ...command, name: 'claude', fallback: null },
];

const OUTAGE_MS = 3_600_000; // longer than a session waits after one

/** A repository that says this on its default branch, before anything is known of it. */
async function saying(text: string, changes: Partial<Ports['settings']> = {}) {
  const world = await openWorld({ slots: 3 });
  await world.person.pushes('main', { [CONFIG_PATH]: text }, 'Say how');
  const ports = { ...world.ports, settings: { ...world.ports.settings, ...changes } };
  return { ...world, ports };
}

/** Fetches and reads it, as a run does before it starts. */
async function read({ ports, repository }: Pick<World, 'ports' | 'repository'>) {
  const mirror = await ports.openMirror(repository.id);
  await mirror.fetch(await ports.github.gitAccess(repository, 'read'));
  return readRepositoryConfig(ports, { repositoryId: repository.id, branch: 'main', mirror });
}

/** What the host of the next run would get. */
async function launches(ports: Ports, session: Awaited<ReturnType<World['session']>>): Promise<RunRequest | undefined> {
  const requests: RunRequest[] = [];
  const launch = async (request: RunRequest) => void requests.push(request);
  const prepareHost = () => ({ launch, dismiss: () => {} });
  await advanceSession({ ...ports, runs: { ...ports.runs, prepareHost } }, session.id);
  return requests[0];
}

const open = async ({ ports, repository, mona }: Pick<World, 'ports' | 'repository' | 'mona'>, issueNumber = 1) => {
  const where = { repositoryId: repository.id, issueNumber, title: 'Owls', by: mona, cause: `label:${issueNumber}` };
  return (await openWork(ports, where)).session;
};

test('a run is asked for the setup and the permissions of its repository', async () => {
  const world = await saying(
    'setup: { command: [make, deps], minutes: 2 }\npermissions: { deny: [{ tool: fetch }], otherwise: ask }',
  );
  const request = await launches(world.ports, await world.session(granted));
  expect(request?.setup).toMatchObject({ argv: ['make', 'deps'], wallMs: 120_000, cache: null });
  expect(request?.permissions).toMatchObject({ deny: [{ tool: 'fetch', subject: null }], otherwise: 'ask' });
});

test('a configuration on another branch means nothing', async () => {
  const world = await openWorld();
  await world.person.pushes('topic', { [CONFIG_PATH]: 'mode: observe' }, 'Say how');
  expect(await read(world)).toEqual(configDefault);
});

test('the last good one stays in force; the card says what is wrong, and no more when it was mended or removed', async () => {
  const world = await saying('max_active_sessions: 1');
  const { ports, repository, person, store, session } = world;
  const good = await read(world);
  await person.pushes('main', { [CONFIG_PATH]: 'mode: full\nmax_sessions: 1\nlimits: { usd: <b> }' }, 'Slip');
  expect(await read(world)).toEqual(good);
  expect((await store.configs.get(repository.id))?.mistakes).toMatchObject([{ line: 2, column: 1 }, { line: 3 }]);
  const config = { known: await store.configs.get(repository.id), agents: ['agent'] };
  const card = statusCard(await session(), { now: 0, commandPrefix: '/reeve', config });
  expect(card.split('\n').filter((line) => line.includes(CONFIG_PATH))).toMatchInlineSnapshot(`
    [
      "\`.github/reeve.yml\` on the default branch has a mistake, so that the last good one holds. Line 2, column 1: \`max_sessions\` is no key. The keys here are mode, agent, labels, setup, permissions, paths, limits, max_active_sessions. The server's log has another one.",
    ]
  `);
  await person.pushes('main', { [CONFIG_PATH]: 'mode: full' }, 'Mend');
  expect(await read(world)).toEqual(configDefault);
  expect(await store.configs.get(repository.id)).toEqual({ config: configDefault, mistakes: [] });
  expect(
    await readRepositoryConfig(ports, { repositoryId: 99, branch: 'main', mirror: await ports.openMirror(99) }),
  ).toEqual(configDefault);
});

test('the card on GitHub tells of a mistake', async () => {
  const world = await saying('agnet: codex');
  await read(world);
  await open(world);
  await performEffects(world.ports, AbortSignal.any([]));
  const [card] = ownComments(world.control.thread(REPO, 1));
  expect(card?.body).toContain('Did you mean `agent`?');
});

test.each([
  ['labels: { require: [accepted] }', [], false],
  ['labels: { require: [accepted] }', ['Accepted'], true],
  ['labels: { block: [do-not-automate] }', ['do-not-automate'], false],
  ['labels: { block: [do-not-automate] }', ['docs'], true],
])('%s, on an issue that carries %j: work begins: %s', async (text, labels, begins) => {
  const world = await saying(text);
  const { ports, repository, mona, person, stored } = world;
  await read(world);
  for (const label of ['reeve:ready', ...labels]) await person.labels(1, label);
  const issue = { number: 1, title: 'Owls', isOpen: true };
  const event = {
    kind: 'issue-labeled',
    repository,
    issue,
    label: 'reeve:ready',
    sender: { ...mona, isBot: false },
  } as const;
  expect(await takeLabel(ports, event, 'delivery:1')).toBe(begins ? 'opened' : 'replied: label-not-now');

  // Who asked before the configuration was known hears the same before the first run, and only then.
  const session = await world.session(granted);
  await performEffects(ports, AbortSignal.any([]));
  await launches(ports, session);
  expect(await stored(session.id)).toMatchObject({ state: begins ? 'working' : 'stopped' });
  if (begins) return;
  await performEffects(ports, AbortSignal.any([]));
  expect(
    ownComments(world.control.thread(REPO, 1))
      .map(({ body }) => body)
      .join('\n'),
  ).toContain('No work begins on this issue');
});

test('labels are asked of the first run alone', async () => {
  const world = await saying('labels: { require: [accepted] }');
  const session = await world.session(granted, launched(), asked('Which?'), answered('a', 0), granted);
  expect(await launches(world.ports, session)).toBeDefined();
});

test('what an operator submits is not asked for its labels', async () => {
  const world = await saying('labels: { require: [accepted] }');
  const { id } = await open({ ...world, mona: OPERATOR });
  await selectWork(world.ports);
  expect(await launches(world.ports, await world.stored(id))).toBeDefined();
});

test('in a repository that observes nothing starts, others go on, and it works once its configuration says so', async () => {
  const world = await saying('mode: observe');
  const { ports, repository, person, stored, store, time } = world;
  await store.repositories.see({ ...repository, id: 99, name: 'other' });
  const first = await open(world);
  await selectWork(ports); // nothing is known of the repository yet
  expect(await launches(ports, await stored(first.id))).toBeUndefined();
  time.now += OUTAGE_MS;
  await advanceSession(ports, first.id);
  const other = await open({ ...world, repository: { ...repository, id: 99 } });
  await selectWork(ports);
  const held = await stored(first.id);
  expect(held).toMatchObject({ state: 'queued', lacks: OBSERVED });
  expect(waitsForText(held)).toBe('another mode in the configuration of its repository');
  expect(statusCard(held, { now: 0, commandPrefix: '/reeve' })).toContain('Only observing');
  expect(await stored(other.id)).toMatchObject({ state: 'preparing' });

  await person.pushes('main', { [CONFIG_PATH]: 'mode: full' }, 'Work');
  await compareRepository(ports, repository, [], { startAt: time.now, aheadMs: 0 });
  await selectWork(ports);
  expect(await stored(first.id)).toMatchObject({ state: 'preparing' });
});

test('a repository has no more runs at a time than it wants', async () => {
  const world = await saying('max_active_sessions: 1');
  await read(world);
  const [first, second] = [await open(world), await open(world, 2)];
  await selectWork(world.ports);
  expect([await world.stored(first.id), await world.stored(second.id)]).toMatchObject([
    { state: 'preparing' },
    { state: 'queued' },
  ]);
});

test('the work on one issue has no more than its repository wants', async () => {
  const world = await saying('limits: { usd: 0.5, runs: 1, minutes: 3, tokens: 77 }');
  await read(world);
  const { id } = await open(world);
  await selectWork(world.ports);
  expect((await world.stored(id)).runs[0]?.reserved).toMatchObject({
    costMicroUsd: 500_000,
    agentMs: 180_000,
    tokens: 77,
  });
  await world.tell(id, launched(), asked('Which?'), answered('a', 0));
  await selectWork(world.ports);
  expect(await world.stored(id)).toMatchObject({ state: 'waiting', on: { kind: 'budget' } });
});

test('its repository says who works, and who for what', async () => {
  const world = await saying('agent: { default: claude, answer: codex }', { agents: two });
  await read(world);
  const { id } = await open(world);
  await selectWork(world.ports);
  await world.tell(id, launched(), asked('Which?'));
  const answer = { ...answered('a', 0).answer, at: world.time.now };
  await world.tell(id, { ...answered('a', 0), answer });
  await selectWork(world.ports);
  expect((await world.stored(id)).runs.map(({ agent }) => agent?.name)).toEqual(['claude', 'codex']);
});

test.each([
  ['paths: { protected: ["work.*"] }', 'is protected'],
  ['paths: { allowed: ["src/**"] }', 'is outside the paths'],
])('what runs may change is also what their repository says: %s', async (text, reason) => {
  const world = await saying(text);
  const session = await world.session(granted, launched(), finished('Done.'));
  commit(await world.workspace(session), { 'work.txt': 'hoo' });
  await advanceSession(world.ports, session.id);
  const after = await world.stored(session.id);
  expect(after.state).toBe('failed');
  expect('detail' in after ? after.detail : '').toContain(reason);
});
