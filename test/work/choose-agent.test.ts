import { expect, test } from 'vitest';

import type { Roster } from '../../src/domain/pool/choose-agent.ts';
import type { RunEnd } from '../../src/domain/run/run.ts';
import { waitsForText } from '../../src/render/waits-for.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { restAgent, restsOf } from '../../src/work/rest-agent.ts';
import { selectWork } from '../../src/work/select-work.ts';
import { takeLabel } from '../../src/work/take-label.ts';
import { eventually, openWorld, REPO } from '../ports.ts';
import { answered, asked, broke, granted, launched } from '../sessions.ts';

const command = { kind: 'custom-command', argv: ['false'], model: null, slotsMax: null, access: null } as const;
const alone: Roster = [{ ...command, name: 'codex', fallback: null }];
const two: Roster = [
  { ...command, name: 'codex', fallback: 'claude' },
  { ...command, name: 'claude', fallback: null },
];
const HOUR_MS = 3_600_000;

async function openWorldWith(agents: Roster) {
  const world = await openWorld();
  const ports = { ...world.ports, settings: { ...world.ports.settings, agents } };
  const end = (reason: RunEnd['reason'], retryAt?: number): RunEnd => ({
    ...{ reason, exitCode: 1, signal: null, detail: 'No.', endedAt: world.time.now },
    ...(retryAt === undefined ? {} : { retryAt }),
  });
  return { ...world, ports, end };
}

test('the preset agent gets the first run, and keeps its conversation in the next', async () => {
  const { ports, tell, stored, ...world } = await openWorldWith(two);
  const { id, conversationId } = await world.session();
  await selectWork(ports);
  await tell(id, launched(), asked('Which owl?'), answered('barn', null));
  await selectWork(ports);
  const agent = { name: 'codex', conversationId };
  expect((await stored(id)).runs).toMatchObject([{ agent }, { agent }]);
});

test('one that may not ask its model for an hour is left alone so long, by all sessions, and another stands in', async () => {
  const { ports, stored, time, end, ...world } = await openWorldWith(two);
  const session = await world.session(granted, launched());
  const until = time.now + HOUR_MS;
  expect(await restAgent(ports, session, end('rate-limited', until))).toBe(time.now);
  expect(await restsOf(ports)).toEqual(new Map([['codex', until], ['claude', 0]])); // prettier-ignore
  await world.tell(session.id, { ...broke('crashed', 'No.'), reason: 'rate-limited', restsUntil: time.now });
  await world.tell(session.id, { kind: 'retry-due' });
  await selectWork(ports);
  expect((await stored(session.id)).runs.at(-1)).toMatchObject({ agent: { name: 'claude' } });
});

test('while nobody can stand in, work waits until the model takes requests again', async () => {
  const { ports, stored, time, end, ...world } = await openWorldWith(alone);
  const session = await world.session(granted, launched());
  const until = time.now + HOUR_MS;
  const restsUntil = await restAgent(ports, session, end('rate-limited', until));
  expect(restsUntil).toBe(until);
  await world.tell(session.id, { ...broke('crashed', 'No.'), reason: 'rate-limited', restsUntil: until });
  expect(await stored(session.id)).toMatchObject({ state: 'retrying', retryAt: until });
  await world.tell(session.id, { kind: 'retry-due' });
  await selectWork(ports);
  const waiting = await stored(session.id);
  expect(waiting).toMatchObject({ state: 'queued', restsUntil: until });
  expect(waitsForText(waiting)).toMatch(/^its agent, which rests until \d{4}-/);
  await selectWork(ports);
  expect((await stored(session.id)).version).toBe(waiting.version); // it is said once
  time.now = until;
  await selectWork(ports);
  expect((await stored(session.id)).state).toBe('preparing');
});

test('a refused key is no matter of time, unless another agent has one that works', async () => {
  for (const [agents, restsUntil] of [
    [alone, false],
    [two, true],
  ] as const) {
    // prettier-ignore
    const { ports, time, end, ...world } = await openWorldWith(agents);
    const session = await world.session(granted, launched());
    expect(await restAgent(ports, session, end('not-authenticated'))).toBe(restsUntil ? time.now : undefined);
    expect(await restAgent(ports, session, end('crashed'))).toBe(undefined);
  }
});

test('a label chooses the agent of the next run; a name that nobody has is answered', async () => {
  const { ports, stored, person, mona, repository, control, ...world } = await openWorldWith(two);
  const session = await world.session(granted, launched(), asked('Which owl?'));
  const label = async (name: string): Promise<string> => {
    await person.labels(1, name);
    const issue = { number: 1, title: 'Owls', isOpen: true };
    const sender = { ...mona, isBot: false };
    return takeLabel(ports, { kind: 'issue-labeled', repository, issue, label: name, sender }, `label:${name}`);
  };
  expect(await label('reeve:agent/claude')).toBe('moved');
  expect(await stored(session.id)).toMatchObject({ wants: 'claude', state: 'waiting' });
  expect(await label('reeve:agent/nobody')).toBe('no such agent');
  await eventually(async () => {
    await performEffects(ports, new AbortController().signal);
    expect(control.thread(REPO, 1).comments.map(({ body }) => body)).toContainEqual(
      expect.stringContaining(
        'there is no agent `nobody` on this server, so the work is for whoever would have done it without that label. There are `codex`, `claude`.',
      ),
    );
  });
});

test('an agent that nobody has, chosen before work began, is answered when it begins, and the preset one works', async () => {
  const { ports, person, mona, repository, control, store } = await openWorldWith(two);
  await person.labels(1, 'reeve:agent/nobody');
  await person.labels(1, 'reeve:ready');
  const event = {
    kind: 'issue-labeled',
    repository,
    issue: { number: 1, title: 'Owls', isOpen: true },
    ...{ label: 'reeve:ready', sender: { ...mona, isBot: false } },
  } as const;
  expect(await takeLabel(ports, event, 'label:1')).toBe('opened');
  expect(await store.sessions.ofIssue(repository.id, 1)).not.toHaveProperty('wants');
  await eventually(async () => {
    await performEffects(ports, new AbortController().signal);
    expect(control.thread(REPO, 1).comments.map(({ body }) => body)).toContainEqual(
      expect.stringContaining('there is no agent `nobody` on this server'),
    );
  });
});
