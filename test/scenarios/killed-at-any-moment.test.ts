import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { startReeve, type Reeve } from '../reeve.ts';

const MOMENTS = 10;
const STORY_MS_MAX = 60_000;
/** Set REEVE_TEST_SEED to repeat the moments of a failed test. */
const seed = Number(process.env['REEVE_TEST_SEED'] ?? Date.now() % 1_000_000);

/** Numbers from 0 to 1, the same for the same seed. */
function numbersFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // a linear congruential generator: enough for moments
    return state / 2 ** 32;
  };
}

/** The main story with a question. The people in it act on what GitHub shows them and on nothing else, once each. */
async function tellStory(reeve: Reeve, issue: number): Promise<void> {
  const { ada } = reeve;
  const done = new Set<string>();
  const once = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    if (done.has(what)) return;
    done.add(what);
    await act();
  };
  await ada.labels(issue);
  await reeve.until(async () => {
    const [question] = reeve.questions(issue);
    if (question) await once('answer', () => ada.comments(issue, 'b'));
    const pull = await reeve.pull(issue);
    if (pull && reeve.labels(issue).includes('reeve:review')) {
      await once('ready', () => ada.marksReady(pull.number));
      await once('merge', () => ada.merges(pull.number));
    }
    return reeve.labels(issue).includes('reeve:done');
  }, `the end of the story of #${issue}, seed ${seed}`);
  await reeve.untilLabel(issue, 'reeve:done');
  await reeve.until(() => reeve.card(issue).includes('### Reeve · Merged'), 'the card that says merged');
  await reeve.until(() => reeve.workspaces().length === 0, 'the workspace to go');
  await reeve.calm();
}

/** All that is left of a story, in words that are the same for every issue. */
async function endOf(reeve: Reeve, issue: number) {
  const pull = await reeve.pull(issue);
  const { sessions } = await reeve.verify();
  const { runs, questions, state } = sessions.find((session) => session.issue === issue) ?? {};
  const checks = await reeve.checkRuns(pull?.head.sha ?? '');
  return {
    session: { runs, questions, state },
    issue: { state: reeve.thread(issue).state, labels: reeve.labels(issue) },
    comments: reeve.thread(issue).comments.map(({ author }) => author),
    reactions: reeve.thread(issue).comments.flatMap(({ reactions }) => reactions),
    kinds: [reeve.cards(issue).length, reeve.questions(issue).length, reeve.replies(issue).length],
    answered: reeve.questions(issue)[0]?.body.includes('Taken as **b**: blue.'),
    pull: { merged: pull?.merged_at !== null, draft: pull?.draft },
    commits: reeve.git('log', '--format=%s', `${pull?.head.sha}~1..${pull?.head.sha}`),
    trailers: reeve.git('log', '-1', '--format=%(trailers:key=Reeve-Session)', pull?.head.sha ?? '').length > 0,
    checks: checks.map(({ name, status, conclusion, output }) => [name, status, conclusion, output.title]),
    processes: reeve.processes(),
  };
}

test(`killed at any moment and started again: the story ends as if nothing had happened (seed ${seed})`, async () => {
  const issues = Array.from({ length: MOMENTS + 1 }, () => ({
    title: 'Paint it',
    body: 'I am unsure about the colour.',
  }));
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure', issues });
  const startedAt = Date.now();
  await tellStory(reeve, 1);
  const storyMs = Math.min(Date.now() - startedAt, STORY_MS_MAX);
  const undisturbed = await endOf(reeve, 1);
  expect(undisturbed).toMatchObject({ session: { state: 'done', runs: 2 }, kinds: [1, 1, 0] });

  const random = numbersFrom(seed);
  for (let issue = 2; issue <= MOMENTS + 1; issue += 1) {
    const momentMs = random() * storyMs;
    const killed = delay(momentMs).then(() => reeve.restart());
    await Promise.all([tellStory(reeve, issue), killed]);
    await reeve.calm();
    expect(await endOf(reeve, issue), `killed after ${Math.round(momentMs)} of ${storyMs} ms, seed ${seed}`).toEqual({
      ...undisturbed,
      commits: undisturbed.commits.replaceAll('#1', `#${issue}`),
    });
  }
}, 150_000);
