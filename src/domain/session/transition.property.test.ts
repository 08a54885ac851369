// oxlint-disable vitest/no-standalone-expect -- every check runs inside the one test below
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { runIdOf, sessionIdOf } from '../ids.ts';
import { exampleEvents, exampleSessions } from './examples.ts';
import { MISHAPS_MAX, type Transition } from './move.ts';
import { openSession } from './open.ts';
import { isFinal, isOpen, type Session, type SessionEvent, type WaitingOn } from './session.ts';
import { transition } from './transition.ts';

const DAY_MS = 86_400_000;
const ada = { id: 11, login: 'ada' };
const id = sessionIdOf(1, 7, 1);
const opened = openSession({
  ...{ id, repositoryId: 1, issueNumber: 7, title: 'Wake the owls', previousId: null, requestedBy: ada },
  ...{ conversationId: 'c', at: 0 },
});

/** What happens next: an event of any kind that names the present run, question and head, or some other. */
type Pick = {
  readonly seed: number;
  /** From all events; from those that move the session; from those that do not end it, so that the walk gets far. */
  readonly among: 'all' | 'moving' | 'lasting';
  readonly isPresent: boolean;
  readonly other: number;
  readonly agentMs: number;
};
const pick = fc.record<Pick>({
  seed: fc.nat(1_000),
  among: fc.constantFrom('all', 'all', 'moving', ...Array.from({ length: 12 }, () => 'lasting' as const)),
  isPresent: fc.constantFrom(true, true, true, true, false),
  other: fc.nat(5),
  agentMs: fc.nat(1_000_000),
});

function aim(
  session: Session,
  event: SessionEvent,
  { isPresent, other, agentMs }: Omit<Pick, 'seed' | 'among'>,
): SessionEvent {
  const at = session.changedAt + other;
  const runId = runIdOf(id, isPresent ? session.runs.length : other);
  const head =
    isPresent && session.state === 'publishing' && session.step.kind === 'pushing' ? session.step.head : `h${other}`;
  switch (event.kind) {
    case 'run-launched':
    case 'launch-failed':
    case 'run-withheld':
    case 'prompt-noted':
      return { ...event, at, runId };
    case 'run-progressed':
      return { ...event, at, runId, text: `step ${other}` };
    case 'run-ended':
      return { ...event, at, runId, spend: { agentMs, costMicroUsd: other > 2 ? agentMs : null, tokens: null } };
    case 'changes-judged':
      return { ...event, at, runId, verdict: event.verdict.kind === 'push' ? { kind: 'push', head } : event.verdict };
    case 'answered':
      return { ...event, at, number: isPresent ? session.questions.length : other };
    case 'published':
      return { ...event, at, pull: { number: 31, headSha: head } };
    case 'publish-failed':
      return { ...event, at, head };
    case 'budget-renewed':
      return { ...event, at: isPresent ? at + 2 * DAY_MS : at };
    case 'slot-granted':
    case 'launch-held':
    case 'agents-rest':
    case 'budget-crossed':
    case 'retry-requested':
    case 'retry-due':
    case 'stop-requested':
    case 'message-given':
    case 'messages-heard':
    case 'agent-chosen':
    case 'pause-requested':
    case 'resume-requested':
    case 'work-forbidden':
    case 'pull-merged':
    case 'pull-closed':
    case 'issue-closed':
    case 'place-closed':
    case 'settled':
      return { ...event, at };
  }
}

function eventOf(session: Session, { seed, among, ...aimed }: Pick): SessionEvent {
  const all = exampleEvents.map(({ event }) => aim(session, event, aimed));
  const leadsTo = (event: SessionEvent): Session | null => {
    const result = transition(session, event);
    return result.outcome === 'moved' ? result.session : null;
  };
  const moving = all.filter((event) => leadsTo(event) !== null);
  const lasting = moving.filter((event) => !isFinal(leadsTo(event) ?? session));
  const choice = [{ all, moving, lasting }[among], all].find((events) => events.length > 0)!;
  return choice[seed % choice.length]!;
}

type Step = { readonly before: Session; readonly event: SessionEvent; readonly result: Transition };

const untilOpen = ['slot-granted', 'run-launched', 'run-ended', 'changes-judged', 'published'] as const;
const openPull = untilOpen.reduce<Session>((session, kind) => {
  const { event } = exampleEvents.find((one) => one.event.kind === kind)!;
  const result = transition(session, aim(session, event, { isPresent: true, other: 1, agentMs: 1 }));
  return result.outcome === 'moved' ? result.session : session;
}, opened.session);

/** Every step of a walk, from the opening or from an open pull request. */
function stepsOf({ start, picks }: { readonly start: Session; readonly picks: readonly Pick[] }): readonly Step[] {
  const steps: Step[] = [];
  let session = start;
  for (const one of picks) {
    const before = session;
    const event = eventOf(before, one);
    const result = transition(before, event);
    steps.push({ before, event, result });
    if (result.outcome === 'moved') session = result.session;
  }
  return steps;
}

const picks = fc.array(pick, { maxLength: 40, size: 'max' });
const walk = fc.record({ start: fc.constantFrom(opened.session, openPull), picks });

/** What holds for every step of any walk. `after` is the session as it was when the step was ignored. */
const rules = new Map<string, (step: Step, after: Session) => void>();
const always = (name: string, rule: (step: Step, after: Session) => void): void => void rules.set(name, rule);

always(
  'a final session stays as it is; only that it is settled is added, once and in silence, and a pull request on its way',
  ({ before, event, result }) => {
    if (!isFinal(before) || result.outcome === 'ignored') return;
    const { version, changedAt } = result.session;
    if (event.kind === 'published') {
      expect(result.session).toEqual({ ...before, pull: event.pull, version, changedAt });
      expect(new Set(result.effects.map(({ kind }) => kind))).toEqual(new Set(['card', 'check']));
      return;
    }
    expect(event.kind).toBe('settled');
    expect(before.isSettled).toBe(false);
    expect(result).toEqual({
      outcome: 'moved',
      session: { ...before, isSettled: true, version, changedAt },
      effects: [],
    });
  },
);

always('only a final session is settled', (_, after) => {
  expect(after.isSettled && !isFinal(after)).toBe(false);
});

always('every move counts the version by one and takes the time of its event', ({ before, event, result }) => {
  if (result.outcome === 'ignored') return;
  expect(result.session).toMatchObject({ version: before.version + 1, changedAt: event.at });
});

always('what a session is stays what it is', ({ before }, after) => {
  const identity = ({
    repositoryId,
    issueNumber,
    title,
    requestedBy,
    conversationId,
    branch,
    ...rest
  }: Session): unknown => [
    ...[
      rest.id,
      repositoryId,
      issueNumber,
      title,
      requestedBy,
      conversationId,
      branch,
      rest.previousId,
      rest.createdAt,
    ],
  ];
  expect(identity(after)).toEqual(identity(before));
});

always(
  'one question is open while the session waits on it, and else none, but for the one that its end made void',
  (_, after) => {
    const open = after.questions.filter(isOpen).map(({ number }) => number);
    if (after.state === 'waiting') expect(open).toEqual(after.on.kind === 'pause' ? [] : [after.on.number]);
    else expect(open.length).toBeLessThanOrEqual(isFinal(after) ? 1 : 0);
    expect(after.questions.map(({ number }) => number)).toEqual(after.questions.map((_one, index) => index + 1));
  },
);

always('a question that is asked, answered or void is wished to be seen so', ({ before, result }, after) => {
  if (result.outcome === 'ignored' || isFinal(before)) return;
  const seen = result.effects.flatMap((effect) => (effect.kind === 'question' ? [effect.number] : []));
  const changed = after.questions.filter((one) => {
    const { number, answer, withdrawnAt } = one;
    const old = before.questions[number - 1];
    return !old || old.answer !== answer || old.withdrawnAt !== withdrawnAt || (isOpen(one) && isFinal(after));
  });
  expect(seen).toEqual(changed.map(({ number }) => number));
});

always('one run is open while the session prepares or works on it, and else none', (_, after) => {
  const open = after.runs.filter(({ end }) => end === null).map((run) => run.id);
  expect(open).toEqual(after.state === 'preparing' || after.state === 'working' ? [after.runId] : []);
  expect(after.runs.map((run) => run.id)).toEqual(after.runs.map((_run, index) => runIdOf(id, index + 1)));
});

always('what has happened stays: runs, questions and answers are only added', ({ before }, after) => {
  before.runs.forEach((run, index) => {
    expect(after.runs[index]).toEqual(
      run.end ? run : expect.objectContaining({ id: run.id, startedAt: run.startedAt }),
    );
  });
  before.questions.forEach((question, index) => {
    expect(after.questions[index]).toEqual(
      isOpen(question) ? expect.objectContaining({ number: question.number, text: question.text }) : question,
    );
  });
});

always('spend never falls', ({ before }, after) => {
  expect(after.spend.agentMs).toBeGreaterThanOrEqual(before.spend.agentMs);
  expect(after.spend.costMicroUsd ?? -1).toBeGreaterThanOrEqual(before.spend.costMicroUsd ?? -1);
  expect(after.spend.tokens ?? -1).toBeGreaterThanOrEqual(before.spend.tokens ?? -1);
});

always('mishaps are bounded, and at the bound the session has failed', (_, after) => {
  expect(after.mishaps).toBeGreaterThanOrEqual(0);
  expect(after.mishaps).toBeLessThanOrEqual(MISHAPS_MAX);
  if (after.mishaps === MISHAPS_MAX) expect(after.state).toBe('failed');
});

always('a retry is later, and within the hour', ({ event }, after) => {
  if (after.state !== 'retrying' || after.changedAt !== event.at) return;
  expect(after.retryAt).toBeGreaterThan(after.changedAt);
  expect(after.retryAt - after.changedAt).toBeLessThanOrEqual(3_600_000);
});

always('a pull request is never lost, and whoever reviews has one', ({ before }, after) => {
  if (before.pull) expect(after.pull?.number).toBe(before.pull.number);
  if (after.state === 'reviewing' || after.state === 'done') expect(after.pull).not.toBeNull();
});

always('a new state is shown on the card, and an end on the check as well', ({ before, result }, after) => {
  if (result.outcome === 'ignored' || before.state === after.state) return;
  const kinds = result.effects.map(({ kind }) => kind);
  expect(kinds).toContain('card');
  if (isFinal(after)) expect(kinds).toContain('labels');
  if (isFinal(after) && after.pull) expect(kinds).toContain('check');
});

always('the same event again changes nothing', ({ event }, after) => {
  expect(transition(after, event).outcome).toBe('ignored');
});

always('deciding changes nothing that it was given', ({ before, event }) => {
  const copy = structuredClone({ before, event });
  transition(before, event);
  expect({ before, event }).toEqual(copy);
});

always('a session that is not final can be stopped by a person, and then is final', (_, after) => {
  const result = transition(after, { kind: 'stop-requested', by: ada, at: after.changedAt });
  if (isFinal(after)) expect(result.outcome).toBe('ignored');
  else expect(result).toMatchObject({ outcome: 'moved', session: { state: 'stopped' } });
});

function checkRules(step: Step): void {
  for (const [name, rule] of rules) {
    try {
      rule(step, step.result.outcome === 'moved' ? step.result.session : step.before);
    } catch (cause) {
      throw new Error(`Broken: ${name}`, { cause });
    }
  }
}

/** A step by each example event from one session of each situation. */
function stepsFromEverywhere(): readonly Step[] {
  const steps: Step[] = [];
  const reached = new Map([[situationOf(opened.session), opened.session]]);
  for (const before of reached.values()) {
    for (const { event: example } of exampleEvents) {
      const event = aim(before, example, { isPresent: true, other: 5, agentMs: 1 });
      const result = transition(before, event);
      steps.push({ before, event, result });
      if (result.outcome === 'ignored' || reached.has(situationOf(result.session))) continue;
      reached.set(situationOf(result.session), result.session); // and so it will have its turn
    }
  }
  return steps;
}

/** What tells sessions apart for the machine, but for how often something happened. */
function situationOf(session: Session): string {
  const { state, pull, mishaps, isSettled } = session;
  const detail =
    session.state === 'waiting' ? waitsOn(session.on) : session.state === 'publishing' ? session.step.kind : '';
  const isPausing = 'pausedBy' in session;
  return [state, detail, pull !== null, mishaps, isSettled, isPausing].join(' ');
}

function waitsOn(on: WaitingOn): string {
  if (on.kind === 'budget') return `budget ${on.renewsAt !== null}`;
  return on.kind === 'pause' ? `pause ${on.finishedRun !== null}` : on.kind;
}

test('every rule holds for any sequence of events, and no effect’s key comes twice', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(walk, (walked) => {
      const keys = opened.effects.map(({ key }) => key);
      for (const step of stepsOf(walked)) {
        checkRules(step);
        if (step.result.outcome === 'moved') keys.push(...step.result.effects.map(({ key }) => key));
      }
      expect(new Set(keys).size).toBe(keys.length);
    }),
    { numRuns: 200 },
  );
});

test('every rule holds in each situation that can be reached, and those are all', { timeout: 30_000 }, () => {
  const steps = stepsFromEverywhere();
  steps.forEach(checkRules);
  const edge = ({ before, result }: Step): string[] =>
    result.outcome === 'moved' ? [`${before.state} → ${result.session.state}`] : [];
  const reached = new Set(steps.flatMap(edge));
  const shown = exampleSessions.flatMap(({ session: before }) =>
    exampleEvents.flatMap(({ event }) => edge({ before, event, result: transition(before, event) })),
  );
  expect(reached).toEqual(new Set(shown));
});
