import { describe, expect, test } from 'vitest';

import { runIdOf, sessionIdOf } from '../ids.ts';
import type { RunEndReason } from '../run/run.ts';
import { exampleEvents, exampleSessions } from './examples.ts';
import { openSession } from './open.ts';
import type { ChangesVerdict, RunOutcome, Session, SessionEvent } from './session.ts';
import { transition } from './transition.ts';

const ada = { id: 11, login: 'ada' };
const id = sessionIdOf(5, 7, 1);
const spend = { agentMs: 60_000, costMicroUsd: null, tokens: 900 };
const { session: opened } = openSession({
  ...{ id, repositoryId: 5, issueNumber: 7, title: 'Wake the owls', previousId: null, requestedBy: ada },
  ...{ conversationId: 'c', at: 1_000 },
});

/** The session after all of these events, each of which must move it. */
function after(session: Session, ...events: readonly SessionEvent[]): Session {
  return events.reduce((before, event) => {
    const result = transition(before, event);
    if (result.outcome === 'ignored') throw new Error(`${event.kind} was ignored in ${before.state}.`);
    return result.session;
  }, session);
}
/** The slots that an event wishes for. */
function wished(session: Session, event: SessionEvent): readonly string[] {
  const result = transition(session, event);
  return result.outcome === 'moved' ? result.effects.map(({ slot }) => slot) : [];
}

const at = 10_000;
const slot: SessionEvent = { kind: 'slot-granted', at };
const launched = (attempt = 1): SessionEvent => ({ kind: 'run-launched', runId: runIdOf(id, attempt), at });
const ended = (reason: RunEndReason, attempt = 1, said: Partial<RunOutcome> = {}): SessionEvent => ({
  ...{
    kind: 'run-ended',
    runId: runIdOf(id, attempt),
    reason,
    detail: reason,
    question: null,
    summary: null,
    spend,
    at,
  },
  ...said,
});
const judged = (verdict: ChangesVerdict, attempt = 1): SessionEvent => ({
  ...{ kind: 'changes-judged', runId: runIdOf(id, attempt), verdict, at },
});
const published = (headSha: string): SessionEvent => ({ kind: 'published', pull: { number: 31, headSha }, at });
const answered = (number: number, option: number | null): SessionEvent => ({
  ...{ kind: 'answered', number, answer: { text: 'x', option, by: ada, at }, at },
});
const question = { text: 'Which owl?', options: ['barn', 'tawny'] };

const working = after(opened, slot, launched());
const checking = after(working, ended('finished', 1, { summary: 'Woke the owls.' }));
const pushing = after(checking, judged({ kind: 'push', head: 'h1' }));
const reviewing = after(pushing, published('h1'));
const waiting = after(working, ended('asked', 1, { question }));
const held = after(checking, judged({ kind: 'hold', head: 'h0', reasons: ['a workflow', 'a script'] }));

describe('runs', () => {
  test('each slot begins a run of its own, and only one is open', () => {
    const again = after(reviewing, { kind: 'retry-requested', by: ada, at }, slot);
    expect(again.runs).toMatchObject([
      { id: '5-7-1-r1', end: { reason: 'finished' } },
      { id: '5-7-1-r2', end: null },
    ]);
  });

  test.each(['run-launched', 'run-progressed', 'run-ended'] as const)('%s of an older run is stale', (kind) => {
    const second = after(waiting, answered(1, 1), slot, launched(2));
    const events: Readonly<Record<typeof kind, SessionEvent>> = {
      'run-launched': launched(1),
      'run-progressed': { kind: 'run-progressed', runId: runIdOf(id, 1), text: 'late', at },
      'run-ended': ended('crashed', 1),
    };
    expect(transition(second, events[kind])).toEqual({ outcome: 'ignored', why: 'stale' });
  });

  test('progress that says the same again changes nothing', () => {
    const reading: SessionEvent = { kind: 'run-progressed', runId: runIdOf(id, 1), text: 'Reading', at };
    expect(wished(working, reading)).toEqual(['card:5/7']);
    expect(transition(after(working, reading), reading)).toMatchObject({ outcome: 'ignored' });
  });

  test('spend is the sum over runs; what nobody reported stays unknown', () => {
    const second = after(waiting, answered(1, 0), slot, launched(2));
    const reported = { agentMs: 1_000, costMicroUsd: 5, tokens: null };
    expect(after(second, ended('finished', 2, { spend: reported })).spend).toEqual({
      ...{ agentMs: 61_000, costMicroUsd: 5, tokens: 900 },
    });
    expect(waiting.spend.costMicroUsd).toBeNull();
  });

  test('whatever ends a session ends its run', () => {
    const stopped = after(working, { kind: 'stop-requested', by: ada, at });
    expect(stopped.runs).toMatchObject([{ end: { reason: 'stopped', at } }]);
  });
});

describe('mishaps of the machine', () => {
  const lose = (session: Session): Session => {
    const attempt = session.runs.length + 1;
    return after(session, slot, launched(attempt), ended('lost', attempt));
  };
  const due: SessionEvent = { kind: 'retry-due', at };

  test('are tried again, each time later, and not for ever', () => {
    const first = lose(opened);
    const second = lose(after(first, due));
    const third = lose(after(second, due));
    expect([first, second, third]).toMatchObject([
      { state: 'retrying', retryAt: at + 5_000, mishaps: 1 },
      { state: 'retrying', retryAt: at + 10_000, mishaps: 2 },
      { state: 'retrying', retryAt: at + 20_000, mishaps: 3 },
    ]);
    expect(lose(after(third, due))).toMatchObject({ state: 'failed', why: 'lost', detail: 'lost', mishaps: 4 });
  });

  test('are forgotten once a run ended by itself', () => {
    const asked = after(lose(opened), due, slot, launched(2), ended('asked', 2, { question }));
    expect(asked).toMatchObject({ state: 'waiting', mishaps: 0 });
  });

  test('a launch that fails is one of them, and closes its run', () => {
    const failed = after(opened, slot, {
      kind: 'launch-failed',
      runId: runIdOf(id, 1),
      detail: 'disk full',
      outageUntil: null,
      at,
    });
    expect(failed).toMatchObject({ state: 'retrying', mishaps: 1, runs: [{ end: { reason: 'launch-failed' } }] });
  });

  test('a launch that an outage foils is none: it is waited for, and not for ever', () => {
    const foil = (session: Session): Session => {
      const outageUntil = session.changedAt + 60_000;
      return after(session, { kind: 'launch-failed', runId: session.runs.at(-1)!.id, detail: '502', outageUntil, at });
    };
    const first = foil(after(opened, slot));
    expect(first).toMatchObject({ state: 'retrying', mishaps: 0, retryAt: at + 60_000 });
    let session = first;
    while (session.state === 'retrying') session = foil(after(session, due, slot));
    expect(session).toMatchObject({ state: 'failed', why: 'cannot-prepare', mishaps: 0, detail: '502' });
    expect(session.runs).toHaveLength(40);
  });

  test('what the agent did itself is not tried again', () => {
    expect(after(working, ended('silent'))).toMatchObject({ state: 'failed', why: 'silent', detail: 'silent' });
  });
});

describe('a crash', () => {
  const due: SessionEvent = { kind: 'retry-due', at };
  const run = (session: Session, reason: 'crashed' | 'lost' | 'asked'): Session => {
    const attempt = session.runs.length + 1;
    return after(session, slot, launched(attempt), ended(reason, attempt, reason === 'asked' ? { question } : {}));
  };
  const once = run(opened, 'crashed');
  const failed = { state: 'failed', why: 'crashed', detail: 'crashed' };

  test('is followed by one more run, in the same conversation and on the same branch', () => {
    const { conversationId, branch } = opened;
    expect(once).toMatchObject({ state: 'retrying', mishaps: 1, conversationId, branch });
    expect(run(after(once, due), 'crashed')).toMatchObject(failed);
  });

  test('is not forgotten because the machine had a mishap in between', () => {
    const lost = run(after(once, due), 'lost');
    expect(run(after(lost, due), 'crashed')).toMatchObject(failed);
  });

  test('is forgotten once a run ended as it should', () => {
    const asked = after(run(after(once, due), 'asked'), answered(1, 0));
    expect(run(asked, 'crashed')).toMatchObject({ state: 'retrying', mishaps: 1 });
  });
});

describe('a model that takes nothing', () => {
  const due: SessionEvent = { kind: 'retry-due', at };
  const run = (session: Session, reason: RunEndReason): Session => {
    const attempt = session.runs.length + 1;
    return after(session, slot, launched(attempt), ended(reason, attempt));
  };

  test('is waited for, and not for ever, also when it fails in between', () => {
    let session = run(opened, 'rate-limited');
    for (let runs = 1; session.state === 'retrying' && runs < 100; runs += 1)
      session = run(after(session, due), runs % 2 === 0 ? 'rate-limited' : 'model-failed');
    expect(session).toMatchObject({ state: 'failed', why: 'model-failed' });
    expect(session.runs).toHaveLength(16);
  });
});

test('another agent that is chosen while a model is waited for goes on at once', () => {
  const resting = after(opened, slot, launched(), ended('rate-limited', 1, { restsUntil: at + 3_600_000 }));
  expect(resting).toMatchObject({ state: 'retrying', retryAt: at + 3_600_000 });
  const chosen: SessionEvent = { kind: 'agent-chosen', name: 'claude', by: ada, at };
  expect(after(resting, chosen)).toMatchObject({ state: 'queued', wants: 'claude' });
  expect(after(opened, slot, launched(), ended('lost'), chosen)).toMatchObject({ state: 'retrying', wants: 'claude' });
});

test('a conversation that is too long is begun anew once, until a run has ended as it should', () => {
  const full = after(opened, slot, launched(1), ended('context-full', 1));
  expect(full).toMatchObject({ state: 'queued' });
  expect(after(full, slot, launched(2), ended('context-full', 2))).toMatchObject({ state: 'failed' });
  const asked = after(full, slot, launched(2), ended('asked', 2, { question }), answered(1, 0));
  expect(after(asked, slot, launched(3), ended('context-full', 3))).toMatchObject({ state: 'queued' });
});

test('what was said while the run was made is kept for its agent', () => {
  const message = { commentId: 1, text: 'Mind the owlets.', by: { id: 11, login: 'ada' }, at };
  const told = after(opened, slot, { kind: 'message-given', message, at }, launched(1));
  expect(told).toMatchObject({ state: 'working', messages: [{ commentId: 1, fate: null }] });
});

test('what a lost run had asked before is asked, and the machine’s mishap forgotten', () => {
  expect(after(working, ended('lost', 1, { question }))).toMatchObject({ state: 'waiting', mishaps: 0 });
});

describe('questions', () => {
  test('a question waits on a card of its own, and its answer goes back to the queue', () => {
    expect(waiting).toMatchObject({ on: { kind: 'question', number: 1 }, questions: [{ ...question, answer: null }] });
    expect(wished(working, ended('asked', 1, { question }))).toContain(`question:${id}:1`);
    expect(wished(waiting, answered(1, 1))).toContain(`question:${id}:1`);
    expect(after(waiting, answered(1, 1))).toMatchObject({ state: 'queued', questions: [{ answer: { option: 1 } }] });
  });

  test('an answer to another question changes nothing', () => {
    const second = after(waiting, answered(1, 1), slot, launched(2), ended('asked', 2, { question }));
    expect(second.questions).toHaveLength(2);
    expect(transition(second, answered(1, 0))).toMatchObject({ outcome: 'ignored' });
  });

  test('an end that claims to have asked and did not is bad output', () => {
    expect(after(working, ended('asked'))).toMatchObject({ state: 'failed', why: 'bad-output' });
  });

  test('a question that nobody needs to answer any more says so', () => {
    expect(wished(waiting, { kind: 'stop-requested', by: ada, at })).toContain(`question:${id}:1`);
    expect(wished(working, { kind: 'stop-requested', by: ada, at })).not.toContain(`question:${id}:1`);
  });

  test('held work waits for a person, who publishes it, stops it, or says what to change', () => {
    expect(held).toMatchObject({
      on: { kind: 'hold', number: 1, runId: '5-7-1-r1' },
      questions: [{ text: expect.stringContaining('- a workflow\n- a script') }],
    });
    expect(after(held, answered(1, 0))).toMatchObject({ state: 'publishing', step: { approvedHead: 'h0' } });
    expect(after(held, answered(1, 1))).toMatchObject({ state: 'stopped', why: 'person', by: ada });
    expect(after(held, answered(1, null))).toMatchObject({ state: 'queued' });
  });
});

describe('publishing', () => {
  test('checked commits are wished for once, and then are on their way', () => {
    expect(wished(checking, judged({ kind: 'push', head: 'h1' }))).toEqual([`publish:${id}`]);
    expect(transition(pushing, judged({ kind: 'push', head: 'h2' }))).toEqual({ outcome: 'ignored', why: 'stale' });
  });

  test('only the commit that was pushed counts as published or failed', () => {
    expect(transition(pushing, published('h0'))).toMatchObject({ outcome: 'ignored' });
    expect(transition(pushing, { kind: 'publish-failed', head: 'h0', detail: '', at })).toMatchObject({
      outcome: 'ignored',
    });
    expect(reviewing).toMatchObject({ state: 'reviewing', pull: { number: 31, headSha: 'h1' } });
  });

  test('nothing to publish is a failure that quotes the agent, unless a pull request is open already', () => {
    expect(after(checking, judged({ kind: 'nothing' }))).toMatchObject({ why: 'no-changes', detail: 'Woke the owls.' });
    const again = after(reviewing, { kind: 'retry-requested', by: ada, at }, slot, launched(2), ended('finished', 2));
    expect(after(again, judged({ kind: 'nothing' }, 2))).toMatchObject({ state: 'reviewing', pull: reviewing.pull });
  });

  test('a new head shows its check, and the old one is brought up to date', () => {
    const again = after(reviewing, { kind: 'retry-requested', by: ada, at }, slot, launched(2), ended('finished', 2));
    const second = after(again, judged({ kind: 'push', head: 'h2' }, 2));
    expect(wished(second, published('h2'))).toEqual(expect.arrayContaining([`check:${id}:h1`, `check:${id}:h2`]));
  });
});

describe('ends', () => {
  const by = ada;
  test('the issue’s own end counts only while there is no pull request', () => {
    expect(after(working, { kind: 'issue-closed', by, at })).toMatchObject({ state: 'stopped', why: 'issue-closed' });
    expect(transition(reviewing, { kind: 'issue-closed', by, at })).toMatchObject({ outcome: 'ignored' });
  });

  test('the pull request decides, whatever the session is doing', () => {
    const again = after(reviewing, { kind: 'retry-requested', by, at }, slot, launched(2));
    expect(after(again, { kind: 'pull-merged', by, at })).toMatchObject({ state: 'done', mergedBy: ada });
    expect(after(again, { kind: 'pull-closed', by, at })).toMatchObject({ state: 'stopped', why: 'pull-closed' });
    expect(transition(working, { kind: 'pull-merged', by, at })).toMatchObject({ outcome: 'ignored' });
  });

  test('an end brings the check up to date', () => {
    expect(wished(reviewing, { kind: 'pull-merged', by, at })).toContain(`check:${id}:h1`);
  });

  test('a pull request that was made while the session ended is recorded, and ends nothing anew', () => {
    const stopped = after(pushing, { kind: 'stop-requested', by, at }, { kind: 'settled', at });
    expect(wished(stopped, published('h1'))).toEqual(['card:5/7', `check:${id}:h1`]);
    const recorded = after(stopped, published('h1'));
    expect(recorded).toEqual({ ...stopped, pull: { number: 31, headSha: 'h1' }, version: stopped.version + 1 });
    const other: SessionEvent = { kind: 'published', pull: { number: 32, headSha: 'h2' }, at };
    for (const event of [published('h1'), other]) expect(transition(recorded, event).outcome).toBe('ignored');
    expect(transition(recorded, { kind: 'pull-merged', by, at }).outcome).toBe('ignored');
  });

  test('a final session is settled once, without another word to people', () => {
    const stopped = after(working, { kind: 'stop-requested', by, at });
    expect(wished(stopped, { kind: 'settled', at })).toEqual([]);
    const settled = after(stopped, { kind: 'settled', at });
    expect(settled).toEqual({ ...stopped, isSettled: true, version: stopped.version + 1 });
    expect(transition(settled, { kind: 'settled', at })).toMatchObject({ outcome: 'ignored' });
    expect(transition(working, { kind: 'settled', at })).toMatchObject({ outcome: 'ignored' });
  });
});

test('a question of the agent that asks for no leave is not one for leave', () => {
  const asks = (permissions: readonly { readonly tool: 'shell'; readonly subject: string }[]) => {
    const { session } = exampleSessions.find(({ name }) => name === 'working')!;
    const { event } = exampleEvents.find(({ name }) => name === 'run-ended (asked)')!;
    if (event.kind !== 'run-ended') throw new Error('An end was looked for.');
    const question = { text: 'Which owl?', options: ['yes'], permissions };
    const moved = transition(session, { ...event, question });
    return moved.outcome === 'moved' ? moved.session.questions.at(-1)?.permissions : null;
  };
  expect(asks([])).toBeUndefined();
  expect(asks([{ tool: 'shell', subject: 'npm publish' }])).toHaveLength(1);
});
