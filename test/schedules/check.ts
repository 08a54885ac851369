import { sessionId } from '../../src/domain/ids.ts';
import { displayOf, LABEL_PREFIX, stateLabels } from '../../src/domain/session/display.ts';
import { exampleEvents, exampleSessions } from '../../src/domain/session/examples.ts';
import { isFinal, type Session } from '../../src/domain/session/session.ts';
import { transition } from '../../src/domain/session/transition.ts';
import { BOT } from './github-facts.ts';
import type { World } from './world.ts';

/** What has not come to rest yet, one sentence each. */
export function stillMoving({ home, facts, machine }: World): readonly string[] {
  const waiting = home
    .all("select id from deliveries where state = 'waiting'")
    .map(({ id }) => `delivery ${String(id)}`);
  const known = new Set(home.all('select id from deliveries').map(({ id }) => String(id)));
  const unknown = facts.sent.filter(({ guid }) => !known.has(guid)).map(({ guid }) => `${guid} is not known`);
  const open = home
    .all("select * from outbox where state in ('pending', 'sending', 'unknown')")
    .map((row) => JSON.stringify(row));
  const moving = home
    .all(
      `select id, state from sessions where (is_final = 1 and is_settled = 0)
       or state in ('queued', 'preparing', 'working', 'publishing', 'retrying')`,
    )
    .map(({ id, state }) => `session ${String(id)} is ${String(state)}`);
  const alive = [...machine.runs.values()]
    .filter(({ phase }) => phase === 'running')
    .map(({ id }) => `run ${id} lives`);
  return [...waiting, ...unknown, ...open, ...moving, ...alive];
}

/** What must be true of every schedule after everything has healed. */
export async function checkWorld(world: World): Promise<void> {
  const sessions = world.home
    .all('select body from sessions order by seq')
    .map(({ body }) => JSON.parse(String(body)) as Session);
  checkDeliveries(world);
  checkOutbox(world);
  checkDoubles(world);
  checkHistories(world);
  checkShown(world, sessions);
  checkLeftOver(world, sessions);
}

/** The ended sessions whose workspace is still there. */
export function leftWorkspaces({ home, machine }: World): readonly string[] {
  const ended = home.all('select id from sessions where is_final = 1').map(({ id }) => String(id));
  return ended.filter((id) => machine.workspaces.has(sessionId(id)));
}

function checkDeliveries({ home, acknowledged, facts, violate }: World): void {
  const states = new Map(
    home.all('select id, state from deliveries').map(({ id, state }) => [String(id), String(state)]),
  );
  for (const { guid } of facts.sent) {
    const state = states.get(guid);
    if (state === undefined) violate('lost', `${guid}${acknowledged.has(guid) ? ', which was acknowledged' : ''}`);
    if (state === 'set-aside') violate('set-aside', guid);
  }
}

/** Refusals that a person brought about have their end; everything else is performed. */
function checkOutbox({ home, violate }: World): void {
  for (const { key, error } of home.all(
    `select key, error from outbox where state = 'failed' and json_extract(body, '$.kind') not in ('publish', 'react')`,
  )) {
    violate('missing', `${String(key)} was given up: ${String(error)}`);
  }
}

function checkDoubles({ facts, home, violate }: World): void {
  const markers = facts.comments.filter(({ author }) => author.id === BOT.id).map(markerOf);
  for (const twice of repeated(markers)) violate('doubled', `comment ${twice}`);
  for (const twice of repeated(facts.checks.map(({ headSha, content }) => `${headSha} ${content.externalId}`))) {
    violate('doubled', `check run ${twice}`);
  }
  for (const twice of repeated(facts.pulls.map(({ branch }) => branch))) violate('doubled', `pull request of ${twice}`);
  const replies = home.all(
    `select count(*) as count from outbox where state = 'done' and json_extract(body, '$.kind') = 'reply'`,
  );
  // One that somebody deleted before we knew of it is made again.
  const shown = new Set([...markers, ...facts.removed.map(markerOf)].filter((marker) => marker.includes('%2Freply')))
    .size;
  if (Number(replies[0]?.['count']) !== shown)
    violate('missing', `${String(replies[0]?.['count'])} replies, ${shown} shown`);
}

const markerOf = ({ body }: { readonly body: string }): string => body.split('\n')[0] ?? '';
const isCard = ({ body }: { readonly body: string }): boolean => body.startsWith('<!-- reeve:card%3A');

function repeated(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

const paths: ReadonlySet<string> = new Set([
  'null → queued',
  ...exampleSessions.flatMap(({ session }) =>
    exampleEvents.flatMap(({ event }) => {
      const moved = transition(session, event);
      return moved.outcome === 'moved' ? [`${session.state} → ${moved.session.state}`] : [];
    }),
  ),
]);

function checkHistories({ home, violate }: World): void {
  const rows = home.all(
    'select session_id, version, from_state, to_state from transitions order by session_id, version',
  );
  let before: (typeof rows)[number] | undefined;
  for (const row of rows) {
    const isFirst = row['session_id'] !== before?.['session_id'];
    const follows = isFirst
      ? row['version'] === 1 && row['from_state'] === null
      : row['version'] === Number(before?.['version']) + 1 && row['from_state'] === before?.['to_state'];
    const step = `${String(row['from_state'])} → ${String(row['to_state'])}`;
    if (!follows || !paths.has(step)) violate('no-path', `${String(row['session_id'])}: ${step}`);
    before = row;
  }
}

/** The newest session of each issue, in the label that we put there and in the headline of the card. */
function checkShown(world: World, sessions: readonly Session[]): void {
  const { facts, violate } = world;
  const newest = new Map(sessions.map((session) => [session.issueNumber, session]));
  for (const [number, session] of newest) {
    const { label, headline } = displayOf(session);
    const wished = label === null ? null : `${LABEL_PREFIX}${label}`;
    const { labels } = facts.issueAt(number);
    const names = stateLabels.map((name) => `${LABEL_PREFIX}${name}`);
    const ours = [...labels].filter(([name, by]) => names.includes(name) && by.id === BOT.id).map(([name]) => name);
    const others = ours.filter((name) => name !== wished);
    if (others.length > 0) violate('shown-wrong', `issue ${number} is ${session.state} and shows ${others.join()}`);
    // A person may have removed it since; nobody but us puts any other label than ready there.
    if (wished !== null && wished !== `${LABEL_PREFIX}ready` && !labels.has(wished)) {
      violate('shown-wrong', `issue ${number} is ${session.state} and lacks ${wished}`);
    }
    const cards = facts.commentsOn(number).filter(isCard);
    const isShown = cards.every(({ body }) => body.includes(headline));
    if (!isShown) violate('shown-wrong', `the card of issue ${number} does not say ${headline}`);
    checkAsked(world, session);
    if (cards.length === 0 && !facts.removed.some((one) => one.onNumber === number && isCard(one)))
      violate('missing', `the card of issue ${number}`);
  }
}

/** The card of a question that is open, and the check run on the commit that is to be reviewed. */
function checkAsked({ facts, violate }: World, { id, state, questions, pull }: Session): void {
  const number = questions.at(-1)?.number ?? 0;
  const marker = `<!-- reeve:${encodeURIComponent(`question:${id}:${number}`)}:`;
  const isAsked = [...facts.comments, ...facts.removed].some(({ body }) => body.startsWith(marker));
  const hasAsked = number > 0; // a pause asks nothing
  if (state === 'waiting' && hasAsked && !isAsked) violate('missing', `question ${number} of ${id}`);
  const isChecked = facts.checks.some(({ headSha, content }) => headSha === pull?.headSha && content.externalId === id);
  if (pull && !isChecked) violate('missing', `the check run of ${id} on ${pull.headSha}`);
}

function checkLeftOver(world: World, sessions: readonly Session[]): void {
  const { machine, violate } = world;
  for (const id of leftWorkspaces(world)) violate('left-over', `the workspace of ${id}`);
  for (const run of machine.runs.values()) {
    const owner = sessions.find(({ id }) => id === run.request.sessionId);
    if (run.phase === 'running' && (!owner || isFinal(owner))) violate('left-over', run.id);
  }
}
