import type { Emulator } from '../../src/emulator/emulator.ts';
import { ownComments } from '../reeve/comments.ts';
import { somebody } from '../reeve/people.ts';
import type { Random } from './random.ts';
import { within } from './within.ts';

/** What becomes of one issue. People in it act on what GitHub shows them and on nothing else, once each. */
export type Plot = 'merged' | 'asked' | 'stopped-and-retried' | 'closed';

export type Part = {
  readonly repo: string;
  readonly repositoryId: number;
  readonly issue: number;
  readonly plot: Plot;
  /** What people have done so far. */
  readonly done: Set<string>;
  /** Why people could not do what they wanted; for the report of a story that does not end. */
  trouble: string;
};

const titles: Readonly<Record<Plot, { readonly title: string; readonly body: string }>> = {
  merged: { title: 'Say hello', body: 'The greeting is missing.' },
  asked: { title: 'Paint the boat', body: 'I am unsure about the colour.' },
  'stopped-and-retried': { title: 'Scrape the hull', body: 'Do it slowly.' },
  closed: { title: 'Paint the oars', body: 'They are bare.' },
};
const plots: readonly [Plot, ...Plot[]] = ['merged', 'asked', 'stopped-and-retried', 'closed'];

/** Who does everything that people do. */
export const PERSON = 'ada';
const ACT_MS_MAX = 30_000; // GitHub itself gives up after ten seconds
const TWO_AT_ONCE = 0.25; // of the stories have two issues that are worked on at once

/**
 * Begins a story in a repository of its own, of an owner of its own: what GitHub allows an installation in a second would
 * otherwise set the pace. The label that asks for the work is set. `plot` is the one that is told, by one issue; null: the seed
 * chooses.
 */
export async function beginStory(
  emulator: Emulator,
  { random, ordinal, plot }: { readonly random: Random; readonly ordinal: number; readonly plot: Plot | null },
): Promise<Part[]> {
  const wanted = plot === null ? choosePlots(random) : [plot];
  const owner = `owner-${ordinal}`;
  const repo = `${owner}/boat`;
  const { id: repositoryId } = await emulator.control.addRepository({
    owner,
    name: 'boat',
    files: { 'README.md': '# Boat\n' },
    collaborators: { [PERSON]: 'write' },
    issues: wanted.map((plot) => ({ ...titles[plot], author: PERSON })),
  });
  const parts = wanted.map((plot, index): Part => ({
    ...{ repo, repositoryId, issue: index + 1, plot },
    ...{ done: new Set(), trouble: '' },
  }));
  for (const { issue } of parts) await somebody(emulator, repo, PERSON).labels(issue);
  return parts;
}

function choosePlots(random: Random): readonly Plot[] {
  return random.chance(TWO_AT_ONCE) ? [random.pick(plots), random.pick(plots)] : [random.pick(plots)];
}

export type PullSeen = {
  readonly number: number;
  readonly body: string;
  readonly draft: boolean;
  readonly state: string;
  readonly merged_at: string | null;
  readonly head: { readonly ref: string; readonly sha: string };
};

/** The pull requests that say that they close the issue, oldest first. */
export async function pullsOf(emulator: Emulator, { repo, issue }: Part): Promise<readonly PullSeen[]> {
  const all = (await somebody(emulator, repo, PERSON).asks('/pulls?state=all&per_page=100')) as PullSeen[];
  return all.filter(({ body }) => body.startsWith(`Closes #${issue}\n`)).toReversed();
}

/** Lets people look at GitHub and do what they would do now. True when the story has come to its end. */
export async function playPart(emulator: Emulator, part: Part): Promise<boolean> {
  try {
    return await within(ACT_MS_MAX, play(emulator, part), `GitHub to answer ${PERSON}`);
  } catch (error) {
    part.trouble = String(error);
    return false;
  }
}

async function play(emulator: Emulator, part: Part): Promise<boolean> {
  const { repo, issue, plot, done } = part;
  const person = somebody(emulator, repo, PERSON);
  const once = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    if (done.has(what)) return;
    await act();
    done.add(what);
  };
  const { labels, comments } = emulator.control.thread(repo, issue);
  const own = ownComments({ comments });
  const card = own.find(({ kind }) => kind === 'card')?.body ?? '';
  if (own.some(({ kind }) => kind === 'question')) await once('answer', () => person.comments(issue, 'b'));
  if (plot === 'stopped-and-retried') {
    if (card.includes('### Reeve · Working')) await once('stop', () => person.comments(issue, '/reeve stop'));
    if (card.includes('### Reeve · Stopped')) await once('retry', () => person.comments(issue, '/reeve retry'));
  }
  // Only where run hosts are killed too: elsewhere a session that failed is found among the sessions at the end.
  if (card.includes('### Reeve · Failed'))
    await once('retry what failed', () => person.comments(issue, '/reeve retry'));
  if (labels.includes('reeve:review')) {
    const [pull] = (await pullsOf(emulator, part)).filter(({ state }) => state === 'open');
    if (pull && plot === 'closed') await once('close', () => person.closesPull(pull.number));
    else if (pull) {
      await once('ready', () => person.marksReady(pull.number));
      await once('merge', () => person.merges(pull.number));
    }
  }
  const ours = labels.filter((name) => name.startsWith('reeve:')).join();
  return plot === 'closed'
    ? done.has('close') && ours === '' && card.includes('### Reeve · Closed without merging')
    : done.has('merge') && ours === 'reeve:done' && card.includes('### Reeve · Merged');
}

export function tellPart(emulator: Emulator, { repo, issue, plot, done, trouble }: Part): string {
  const { labels, comments } = emulator.control.thread(repo, issue);
  const headlines = ownComments({ comments }).map(({ kind, body }) => `${kind}: ${body.split('\n', 1)[0]}`);
  return `${repo}#${issue} (${plot}) did ${[...done].join()}; labels ${labels.join()}; ${headlines.join('; ')} ${trouble}`;
}
