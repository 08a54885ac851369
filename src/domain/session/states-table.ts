import { exampleEvents, exampleSessions, type ExampleSession } from './examples.ts';
import { RESUMES_MAX } from './judge-end.ts';
import { MISHAPS_MAX, RESTS_MAX } from './move.ts';
import { isFinal, type Session, type SessionEvent, type StateName } from './session.ts';
import { transition } from './transition.ts';

type EventKind = SessionEvent['kind'];

const meanings: Readonly<Record<StateName, string>> = {
  queued: 'Chosen; waits for a slot. Holds nothing.',
  preparing: 'Has a slot; its workspace and run directory are being made.',
  working: 'A run is alive, or its end is being judged.',
  waiting:
    'Needs a person: a question of the agent, work that somebody must see before it is pushed, the end of a pause, or more budget. Holds no slot.',
  publishing: 'The commits of a finished run are being checked, and then pushed.',
  reviewing: 'Its pull request is open.',
  retrying:
    'A mishap of the machine, a first crash of the agent, or a model that takes nothing for now; runs again by itself when its time has come.',
  done: 'Its pull request was merged.',
  failed: 'It came to nothing, and says why. Only a person can ask for another try, which is a new session.',
  stopped:
    'A person ended it, forbade work on the issue, or closed the issue or the pull request; or its place was closed (docs/ends.md).',
};

/** `docs/session-states.md`, made from what the machine does with every example session and event. */
export function sessionStatesDocument(): string {
  const moves = allMoves();
  return [
    '# The states of a session',
    '',
    'Made from `src/domain/session/transition.ts` by `npm run docs`; a test compares the two. Do not edit it by hand.',
    '',
    'A session is the durable life of one piece of work on one issue. It outlives its runs. Whatever is not in these',
    'tables changes nothing: GitHub repeats and reorders what it says, and loops look twice. A final state is never left;',
    'only that the agent is surely gone and its workspace cleaned up is added to it, once (`settled`), and the pull request',
    'that was being made while it ended (`published`).',
    '',
    ...statesTable(moves),
    '',
    '## In every state that is not final',
    '',
    ...everywhereTable(moves),
    '',
    '## What the end of a run means',
    '',
    ...outcomesTable(moves, 'run-ended', 'How the run ended'),
    '',
    `A mishap of the machine is tried again, each time later; number ${MISHAPS_MAX} in a row fails the session. After a crash`,
    `the agent runs once more by itself, in the same conversation and workspace; crash number ${RESUMES_MAX + 1} fails the session,`,
    'unless a run ended as it should in between. What a lost run had asked before is asked.',
    '',
    `A model that takes no requests is waited for, ${RESTS_MAX['rate-limited']} runs in a row at most, and one that fails ${RESTS_MAX['model-failed']}. A conversation that is too`,
    'long for its model is begun anew, once, until a run has ended as it should.',
    '',
    '## What a launch that fails means',
    '',
    ...outcomesTable(moves, 'launch-failed', 'Why it failed'),
    '',
    'An outage of something outside is nobody’s mishap: it is waited for, for some hours at most.',
    '',
    '## What the verdict on the changes means',
    '',
    ...outcomesTable(moves, 'changes-judged', 'Verdict'),
    '',
    'With nothing to publish, a session fails without a pull request, and goes back to its review with one.',
    '',
    '## The picture',
    '',
    ...diagram(moves),
    '',
  ].join('\n');
}

type Move = { readonly from: ExampleSession; readonly kind: EventKind; readonly name: string; readonly to: StateName };

function allMoves(): readonly Move[] {
  return exampleSessions.flatMap((from) =>
    exampleEvents.flatMap(({ name, event }) => {
      const result = transition(from.session, event);
      return result.outcome === 'moved' ? [{ from, kind: event.kind, name, to: result.session.state }] : [];
    }),
  );
}

function statesTable(moves: readonly Move[]): readonly string[] {
  const everywhere = new Set(everywhereEdges(moves).map(({ kind }) => kind));
  const rows = stateNames().map((state) => {
    if (isFinalName(state)) return `| **${state}** | ${meanings[state]} | final |`;
    const leads = edges(moves.filter(({ from, kind }) => from.session.state === state && !everywhere.has(kind)));
    const leaves = leads.map(({ kind, targets }) => `\`${kind}\` → ${targets.join(', ')}`);
    return `| **${state}** | ${meanings[state]} | ${leaves.join('<br>')} |`;
  });
  return ['| State | Means | What happens → where it leads |', '| --- | --- | --- |', ...rows];
}

type Edge = { readonly kind: EventKind; readonly targets: readonly StateName[] };

/** Each kind of event once, with all the states that it leads to. */
function edges(moves: readonly Move[]): readonly Edge[] {
  const kinds = unique(moves.map(({ kind }) => kind));
  return kinds.map((kind) => ({
    kind,
    targets: unique(moves.filter((move) => move.kind === kind).map(({ to }) => to)),
  }));
}

/** The events that every session that is not final heeds, perhaps only with or only without a pull request. */
function everywhereEdges(moves: readonly Move[]): readonly (Edge & { readonly when: string })[] {
  const open = exampleSessions.map(({ session }) => session).filter((session) => !isFinal(session));
  const conditions: readonly (readonly [string, (session: Session) => boolean])[] = [
    ['always', () => true],
    ['once it has a pull request', ({ pull }) => pull !== null],
    ['while it has no pull request', ({ pull }) => pull === null],
  ];
  return edges(moves.filter(({ from }) => !isFinal(from.session))).flatMap((edge) => {
    const heeding = new Set(moves.filter(({ kind }) => kind === edge.kind).map(({ from }) => from.session));
    const match = conditions.find(([, holds]) => open.every((session) => heeding.has(session) === holds(session)));
    return match ? [{ ...edge, when: match[0] }] : [];
  });
}

function everywhereTable(moves: readonly Move[]): readonly string[] {
  return [
    '| Event | When | Leads to |',
    '| --- | --- | --- |',
    ...everywhereEdges(moves).map(({ kind, when, targets }) => `| \`${kind}\` | ${when} | ${targets.join(', ')} |`),
  ];
}

/** Where an event leads by what it says. */
function outcomesTable(moves: readonly Move[], kind: EventKind, heading: string): readonly string[] {
  const told = moves.filter((move) => move.kind === kind);
  const rows = unique(told.map(({ name }) => name)).map((name) => {
    const targets = unique(told.filter((move) => move.name === name).map(({ to }) => to));
    return `| ${name.replace(/^.* \((.*)\)$/, '$1')} | ${targets.join(' or ')} |`;
  });
  return [`| ${heading} | Leads to |`, '| --- | --- |', ...rows];
}

function diagram(moves: readonly Move[]): readonly string[] {
  const everywhere = everywhereEdges(moves);
  const common = new Set(everywhere.map(({ kind }) => kind));
  const lines = stateNames().flatMap((state) => {
    if (isFinalName(state)) return [`  ${state} --> [*]`];
    const own = moves.filter(({ from, kind }) => from.session.state === state && !common.has(kind));
    return arrows(state, edges(own));
  });
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  state "any state that is not final" as any',
    '  [*] --> queued',
    ...lines,
    ...arrows('any', everywhere),
    '```',
  ];
}

/** One arrow for each target, with all the events that lead there. */
function arrows(from: string, own: readonly Edge[]): readonly string[] {
  return unique(own.flatMap(({ targets }) => targets)).map((to) => {
    const kinds = own.filter(({ targets }) => targets.includes(to)).map(({ kind }) => kind);
    return `  ${from} --> ${to}: ${kinds.join(', ')}`;
  });
}

function stateNames(): readonly StateName[] {
  return unique(exampleSessions.map(({ session }) => session.state));
}

function isFinalName(state: StateName): boolean {
  return exampleSessions.some(({ session }) => session.state === state && isFinal(session));
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
