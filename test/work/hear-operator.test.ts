import { expect, test } from 'vitest';

import { createCli } from '../../src/cli/cli.ts';
import { COMMAND_EVENT, type OperatorCommand } from '../../src/domain/command/operator-command.ts';
import { deliveryId, runIdOf, sessionIdOf } from '../../src/domain/ids.ts';
import { OPERATOR } from '../../src/domain/people.ts';
import type { SessionEvent } from '../../src/domain/session/session.ts';
import { openHome } from '../../src/operator.ts';
import { PIPE } from '../../src/render/terminal.ts';
import { hearOperator } from '../../src/work/hear-operator.ts';
import { routeDeliveries } from '../../src/work/route-deliveries.ts';
import { openWorld, REPO } from '../ports.ts';
import { usualRouting } from '../routing.ts';
import { asked, broke, finished, granted, held, judged, launched, published, type Told } from '../sessions.ts';

/** A home with a server beside which an operator types; the server hears what waits only when the test lets it. */
async function openPlace() {
  const world = await openWorld();
  const { ports, home, time } = world;
  const route = () => routeDeliveries(ports, usualRouting(ports), new AbortController().signal);
  const type = async (...args: readonly string[]) => {
    let said = '';
    let complained = '';
    const write = (text: string | Uint8Array): void => void (said += String(text));
    const surroundings = {
      ...{ version: '1', directory: '/', terminal: PIPE, now: () => time.now, onTerminal: async () => {}, write },
      isInteractive: true,
      detached: () => AbortSignal.abort(), // nobody waits for the server
      writeMuch: async (part: string | Uint8Array) => write(part),
      writeError: (text: string) => void (complained += text),
    };
    const cli = createCli({ home: () => openHome(home, surroundings.now) }, surroundings);
    return { exitCode: await cli(args), said, complained };
  };
  /** Types, and gives what came of it once the server has heard. */
  const command = async (...args: readonly string[]) => {
    const typed = openHome(home, () => time.now);
    const before = new Set((await waiting()).map(({ id }) => id));
    const { exitCode, complained } = await type(...args);
    const [delivery] = (await waiting()).filter(({ id }) => !before.has(id));
    if (!delivery) return complained.trim() || exitCode;
    await route();
    return typed.endOf(delivery.id);
  };
  const waiting = () => world.store.deliveries.waiting({ now: Number.MAX_SAFE_INTEGER, limit: 9 });
  return { ...world, route, type, command, waiting };
}

const obeyed = { outcome: 'obeyed' };
const refused = (why: string) => ({ outcome: 'refused', why });

test('an operator stops and retries; a session that was stopped is tried again as a new one', async () => {
  const { command, session, stored, store, repository, type } = await openPlace();
  const { id } = await session(granted, launched());
  expect(await command('stop', id)).toEqual(obeyed);
  expect(await stored(id)).toMatchObject({ state: 'stopped', by: OPERATOR });
  expect(await command('stop', id)).toEqual(refused('There is nothing to stop: the work on this issue has ended.'));
  expect((await type('status', id)).exitCode).toBe(40);
  expect(await command('retry', `${REPO}#1`)).toEqual({ ...obeyed, opened: sessionIdOf(repository.id, 1, 2) });
  const newest = await store.sessions.ofIssue(repository.id, 1);
  expect(newest).toMatchObject({ state: 'queued', previousId: id, requestedBy: OPERATOR });
  expect(await command('stop', id)).toEqual(refused(`A newer session works on this issue: ${newest!.id}.`));
  expect(await command('stop', '1-2-3')).toBe('There is no session 1-2-3. `reeve status` lists them.');
});

test('an operator sees what was judged of a run, and why', async () => {
  const { type, session, store, time } = await openPlace();
  const { id } = await session(granted, launched());
  const judgement = { runId: runIdOf(id, 1), kind: 'lost', evidence: 'Its run host is gone.', at: time.now } as const;
  await store.judgements.note(id, { suspicion: null, judgement });
  expect((await type('status', id)).said).toContain('Its run host is gone.');
  expect(JSON.parse((await type('status', id, '--json')).said)).toMatchObject({ judgements: [judgement] });
});

test('an operator pauses and resumes', async () => {
  const { command, session, stored } = await openPlace();
  const { id } = await session();
  expect(await command('resume', id)).toMatchObject({ outcome: 'refused' });
  expect(await command('pause', id)).toEqual(obeyed);
  expect(await stored(id)).toMatchObject({ state: 'waiting', on: { kind: 'pause', by: OPERATOR } });
  expect(await command('resume', `${REPO}#1`)).toEqual(obeyed);
  expect(await stored(id)).toMatchObject({ state: 'queued' });
});

test('an operator answers, and what is held goes out only on a plain yes', async () => {
  const { command, session, stored, tell } = await openPlace();
  const { id } = await session(granted, launched());
  expect(await command('answer', id, 'b')).toBe('No question is open.');
  await tell(id, asked('Which?', ['red', 'blue']));
  expect(await command('answer', id, 'z')).toEqual(refused('The question has 2 options.'));
  expect(await command('answer', id, ' ')).toBe('The answer is empty.');
  expect(await command('answer', id, 'b')).toEqual(obeyed);
  const [question] = (await stored(id)).questions;
  expect(question?.answer).toMatchObject({ text: 'b', option: 1, by: OPERATOR });

  await tell(id, granted, launched(2), finished('Done.', 2), held(['`data.bin` is 9 MB'], 2));
  expect(await command('answer', id, 'a,', 'but', 'smaller')).toEqual(obeyed);
  expect(await stored(id)).toMatchObject({ state: 'queued', questions: [{}, { answer: { option: null } }] });
});

test('an answer is for the question that was open when it was given', async () => {
  const { type, route, session, stored, tell, mona, time, waiting, home } = await openPlace();
  const { id } = await session(granted, launched(), asked('Which?', ['red', 'blue']));
  await type('answer', id, 'b');
  const [delivery] = await waiting();
  const answer = { text: 'a', option: 0, by: mona, at: time.now };
  await tell(id, { kind: 'answered', number: 1, answer }, granted, launched(2), asked('And?', ['x', 'y'], 2));
  await route();
  const why = 'Question 1 is answered; question 2 was asked after that.';
  expect(await openHome(home, () => time.now).endOf(delivery!.id)).toEqual(refused(why));
  expect(await stored(id)).toMatchObject({ state: 'waiting', on: { number: 2 } });
});

test('what comes while its session goes on is refused, and not told to have been heard', async () => {
  const { ports, store, repository, session, tell, mona, time } = await openPlace();
  const { id } = await session(granted, launched(), asked('Which?', ['red', 'blue']));
  const event = { kind: 'operator-commanded', repository, sender: { ...OPERATOR, isBot: false }, onNumber: 1 } as const;
  /** Hears a command for a session that goes on after the first look at it. */
  const hearLate = (command: OperatorCommand, meanwhile: Told<SessionEvent>) => {
    const ofIssue: typeof store.sessions.ofIssue = async (...place) => {
      await tell(id, meanwhile);
      return store.sessions.ofIssue(...place);
    };
    const racing = { ...ports, store: { ...store, sessions: { ...store.sessions, ofIssue } } };
    return hearOperator(racing, { ...event, command }, `delivery:${command.verb}`);
  };
  const answer = { text: 'a', option: 0, by: mona, at: time.now };
  const answered = { kind: 'answered', number: 1, answer } as const;
  expect(await hearLate({ verb: 'answer', session: id, number: 1, text: 'b' }, answered)).toBe(
    'refused: No question is open.',
  );
  await tell(id, granted, launched(2), broke('lost', 'gone', 2));
  expect(await hearLate({ verb: 'retry', session: id }, { kind: 'retry-due' })).toBe('refused: I am already at it.');
});

test('an issue is submitted once, as the session that is named at once', async () => {
  const { type, route, store, repository, waiting, ports } = await openPlace();
  const id = `${repository.id}-2-1`;
  expect(await type('submit', 'Acme/SHOP#2')).toEqual({ exitCode: 0, said: `${id}\n`, complained: '' });
  expect((await type('submit', `${REPO}#2`, '--json')).said).toBe(
    `${JSON.stringify({ id, issue: `${REPO}#2`, outcome: 'submitted' })}\n`,
  );
  expect(await waiting()).toHaveLength(1);
  expect(await type('status', id)).toMatchObject({
    exitCode: 10,
    said: expect.stringContaining('Submitted') as string,
  });
  await route();
  expect(await store.sessions.ofIssue(repository.id, 2)).toMatchObject({
    ...{ id, title: 'Larks', requestedBy: OPERATOR, state: 'queued' },
  });
  expect(await type('submit', `${REPO}#2`)).toEqual({
    ...{ exitCode: 0, said: `${id}\n` },
    complained: `${REPO}#2 is worked on already, as this session.\n`,
  });
  // Heard again after a crash, and after the end of that session, it opens no other one.
  const payload = JSON.stringify({ repository, issueNumber: 2, command: { verb: 'submit', session: id } });
  await store.sessions.change((await store.sessions.ofIssue(repository.id, 2))!.id, 'x', (session) => ({
    ...{ outcome: 'moved', effects: [] },
    session: { ...session, state: 'stopped', why: 'person', by: OPERATOR, version: session.version + 1 },
  }));
  await store.deliveries.receive({ id: deliveryId('again'), event: COMMAND_EVENT, payload, receivedAt: ports.now() });
  await route();
  expect((await store.sessions.ofIssue(repository.id, 2))?.id).toBe(id);
});

test('a submission that is refused says why, and can be made again once that is mended', async () => {
  const { type, route, person, repository } = await openPlace();
  const id = `${repository.id}-3-1`;
  await person.closes(3);
  expect((await type('submit', `${REPO}#3`)).said).toBe(`${id}\n`);
  await route();
  const { exitCode, said } = await type('wait', id);
  expect([exitCode, said]).toEqual([
    40,
    `${REPO}#3 · Not opened: The issue is closed. Open it again first. · session ${id}\n`,
  ]);
  expect((await type('submit', `${REPO}#3`)).said).toBe(`${id}\n`);
  expect((await type('wait', id, '--timeout', '0')).exitCode).toBe(10);
});

test('an issue whose label chooses an agent that is not on this server is not submitted', async () => {
  const { command, person } = await openPlace();
  await person.labels(2, 'reeve:agent/nobody');
  expect(await command('submit', `${REPO}#2`)).toEqual(
    refused('No agent of this server is called nobody, which a label of the issue chooses. Remove it first.'),
  );
});

test('what is no issue of a known repository is refused at once', async () => {
  const { type, waiting } = await openPlace();
  for (const [issue, code, complaint] of [
    ['acme/other#1', 1, /^This server knows no repository acme\/other: install the App on it/],
    ['acme/shop', 2, /^acme\/shop is no issue: write OWNER\/REPO#N/],
    ['acme/shop#0', 2, /^acme\/shop#0 is no issue/],
  ] as const) {
    const { exitCode, said, complained } = await type('submit', issue);
    expect([exitCode, said]).toEqual([code, '']);
    expect(complained).toMatch(complaint);
  }
  expect(await waiting()).toEqual([]);
});

test('status tells everything of a session, and the exit code how it stands', async () => {
  const { type, session } = await openPlace();
  const { id } = await session(granted, launched(), finished('Done.'), judged(), published());
  const { exitCode, said } = await type('status', id, '--json');
  expect(exitCode).toBe(10);
  expect(JSON.parse(said)).toMatchObject({
    ...{ id, issue: `${REPO}#1`, state: 'reviewing', outcome: 'active', pull: { number: 9 } },
    runs: [{ id: `${id}-r1`, status: null, end: { reason: 'finished' } }],
    history: expect.arrayContaining([expect.objectContaining({ from: null, to: 'queued' })]) as unknown,
  });
  expect((await type('status', `${REPO}#1`)).said).toContain('Ready for review: waits for a merge of #9');
  expect((await type('status', 'acme/shop#2')).complained).toMatch(/^There is no session acme\/shop#2/);
});

test('a run that a session does not have is not taken for another one', async () => {
  const { type, session } = await openPlace();
  const { id } = await session(granted, launched());
  expect((await type('status', `${id}-r1`)).exitCode).toBe(10);
  expect(await type('attach', `${id}-r9`)).toEqual({
    ...{ exitCode: 1, said: '' },
    complained: `The session ${id} has no run ${id}-r9. \`reeve status ${id}\` lists its runs.\n`,
  });
});

test('status says when no server works on the home', async () => {
  const { type, store } = await openPlace();
  const warning = '! No server works on this home.';
  expect((await type('status')).said).not.toContain(warning);
  await store.close(); // gives its lease back, as a server that is stopped does
  expect((await type('status')).said).toContain(warning);
});

test('who wants to see a terminal that is not there is told so', async () => {
  const { type, session, tell } = await openPlace();
  const { id } = await session(granted, launched());
  expect((await type('attach', id, '--tmux')).complained).toMatch(/^The run \S+ has no terminal: /);
  await tell(id, asked('Which?'));
  expect((await type('attach', id, '--tmux')).complained).toMatch(/^No run of \S+ is under way\./);
});

test('a command that this server cannot read, or does not know, changes nothing', async () => {
  const { store, ports, route, session, stored, repository } = await openPlace();
  const before = await session(granted, launched());
  const { id } = before;
  const payloads = [
    'no JSON',
    '{}',
    JSON.stringify({ repository, issueNumber: 1, command: { verb: 'merge', session: id } }),
  ];
  for (const [at, payload] of payloads.entries()) {
    await store.deliveries.receive({
      id: deliveryId(`c-${at}`),
      event: COMMAND_EVENT,
      payload,
      receivedAt: ports.now(),
    });
  }
  await route();
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, uninteresting: payloads.length });
  expect(await stored(id)).toEqual(before);
});
