import { NEVER_LABEL, READY_LABEL } from '../../src/domain/session/display.ts';
import type { SessionId } from '../../src/domain/ids.ts';
import { BOT } from './github-facts.ts';
import type { Run, Work } from './machine.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export const mona = { id: 11, login: 'mona' } as const;
const ravi = { id: 12, login: 'ravi' } as const;
/** May read and nothing else. */
const eve = { id: 13, login: 'eve' } as const;

type Person = typeof mona | typeof ravi | typeof eve;

const BEGUN_ANEW = 1 / 16; // of what people do
const ENDED = 1 / 3; // while a pull request is open
const BEGUN_ANEW_AT_WORK = 1 / 2; // while an agent is

const words = [
  ...['/reeve stop', '/reeve retry', '/reeve status', '/reeve help', '/reeve answer 1', '/reeve answer Go on.'],
  ...['1', '1', '1', '2', 'The second way, please.', 'Hm.', '/reeve sotp', '/reeve status\n/reeve stop'],
  ...['/reeve pause', '/reeve pause', '/reeve resume', '/reeve resume'],
] as unknown as readonly [string, ...string[]];

const issueBody = (facts: World['facts'], number: number): object => {
  const { title, isOpen } = facts.issueAt(number);
  return { number, title, state: isOpen ? 'open' : 'closed' };
};

/** Asks for work on an issue. */
export function label(world: World, number: number, name: string): void {
  world.facts.issueAt(number).labels.set(name, mona);
  world.facts.tell('issues', mona, { action: 'labeled', issue: issueBody(world.facts, number), label: { name } });
}

/** One thing that somebody does on GitHub. */
export function act(world: World): void {
  const { random, facts } = world;
  const issues = [...facts.issues.keys()] as [number, ...number[]];
  const number = random.pick(issues);
  const issue = facts.issueAt(number);
  const pull = facts.pulls[random.below(facts.pulls.length)];
  if (random.chance(isAtWork(world) ? BEGUN_ANEW_AT_WORK : BEGUN_ANEW)) return beginAnew(world, number);
  if (pull?.isOpen && random.chance(ENDED)) return endPull(world, pull, random.chance(1 / 2));
  const what = random.below(pull ? 17 : 12);
  if (what < 5) return comment(world, number);
  if (what < 7) return label(world, number, READY_LABEL);
  if (what === 7) return label(world, number, NEVER_LABEL);
  if (what === 8) return void issue.labels.delete(random.chance(1 / 2) ? NEVER_LABEL : READY_LABEL);
  if (what === 9) return setOpen(world, number, !issue.isOpen);
  if (what === 10) return removeCard(world);
  if (what === 11 || !pull) {
    issue.title = `Owls ${random.below(3)}`;
    return;
  }
  if (what === 12 || what === 13) return endPull(world, pull, what === 12);
  if (what === 14) return comment(world, pull.number);
  if (what === 15) return void facts.branches.set(pull.branch, 'f'.repeat(40)); // a person pushes
  pressButton(world);
}

export function isAtWork({ machine }: World): boolean {
  return [...machine.runs.values()].some(({ phase }) => phase === 'running');
}

/** Somebody wants it from the start, and does not wait until the stop is done. */
export function beginAnew(world: World, number: number): void {
  say(world, number, mona, '/reeve stop');
  label(world, number, READY_LABEL);
}

function comment(world: World, number: number): void {
  const { random } = world;
  say(world, number, random.pick<Person>([mona, mona, ravi, eve]), random.pick(words));
}

function say({ facts }: World, number: number, by: Person, text: string): void {
  const { id, body, createdAt } = facts.createComment(number, by, text);
  const isPull = facts.pulls.some((one) => one.number === number);
  const issue = { ...issueBody(facts, number), ...(isPull ? { pull_request: {} } : {}) };
  const created_at = new Date(createdAt).toISOString();
  const comment = { id, body, user: { ...by, type: 'User' }, created_at };
  facts.tell('issue_comment', by, { action: 'created', issue, comment });
}

function setOpen(world: World, number: number, isOpen: boolean): void {
  world.facts.issueAt(number).isOpen = isOpen;
  if (!isOpen) world.facts.tell('issues', mona, { action: 'closed', issue: issueBody(world.facts, number) });
}

/** Somebody tidies up a comment of ours. */
function removeCard({ facts, random }: World): void {
  const ours = facts.comments.filter(({ author }) => author.id === BOT.id);
  const one = ours[random.below(ours.length)];
  if (one && random.chance(1 / 2)) facts.deleteComment(one.id);
}

function endPull(world: World, pull: World['facts']['pulls'][number], isMerged: boolean): void {
  if (!pull.isOpen) return;
  pull.isOpen = false;
  pull.isMerged = isMerged;
  const { number } = pull;
  const body = { number, merged: isMerged, merged_by: isMerged ? ravi : null };
  world.facts.tell('pull_request', ravi, { action: 'closed', pull_request: body });
}

function pressButton(world: World): void {
  const { facts, random } = world;
  const check = facts.checks[random.below(facts.checks.length)];
  if (!check) return;
  world.facts.tell('check_run', random.pick<typeof mona | typeof eve>([mona, eve]), {
    action: 'requested_action',
    check_run: { head_sha: check.headSha, external_id: check.content.externalId },
    requested_action: { identifier: random.pick(['retry', 'stop']) },
  });
}

/** One agent, or its host, gets on. */
export function stepAgent(world: World): boolean {
  const { random, machine } = world;
  const alive = [...machine.runs.values()].filter(({ phase }) => phase === 'starting' || phase === 'running');
  const run = alive[random.below(alive.length)];
  if (!run) return false;
  if (run.phase === 'starting') {
    begin(world, run);
    return true;
  }
  const what = random.below(10);
  if (what < 2) run.outputs.push({ kind: 'progress', text: `Step ${run.outputs.length}` });
  else if (what < 4) ask(run);
  else if (what === 4) run.phase = 'dead';
  else if (what === 5) end(run, random.pick(['crashed', 'silent', 'bad-output', 'not-started']));
  else finish(run, random.pick<Work>(['plain', 'plain', 'plain', 'plain', 'held', 'held', 'nothing']));
  return true;
}

export function begin({ machine, violate }: World, run: Run): void {
  if (machine.stops.has(run.id)) return end(run, 'stopped'); // a host looks for it after it has claimed the run
  run.phase = 'running';
  const session: SessionId = run.request.sessionId;
  if (machine.agentsOf(session) > 1) violate('two-agents', `${session}: ${run.id}`);
}

export function finish(run: Run, work: Work): void {
  run.work = work;
  run.outputs.push({ kind: 'result', summary: 'Done.' });
  end(run, 'finished');
}

/** As an agent should: it asks, or it leaves work. */
export function workWell(run: Run, { chance }: Random): void {
  if (chance(1 / 3)) ask(run);
  else finish(run, chance(1 / 3) ? 'held' : 'plain');
}

function ask(run: Run): void {
  run.outputs.push({ kind: 'ask', question: 'Which way?', options: ['This', 'That'] });
  end(run, 'asked');
}

function end(run: Run, reason: Run['reason']): void {
  run.reason = reason;
  run.phase = 'ended';
}
