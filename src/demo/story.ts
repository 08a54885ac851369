import type { Emulator } from '../emulator/emulator.ts';
import { UserError } from '../lib/errors.ts';
import { checkRunsOf } from './facts.ts';
import type { Narrator } from './narrator.ts';
import { ASKING, issues, people, QUICK, repository } from './seed.ts';
import type { ServerProcess } from './server-process.ts';
import type { StoryAgent } from './story-agent.ts';
import { until } from './until.ts';

type Cast = {
  readonly emulator: Emulator;
  readonly server: ServerProcess;
  readonly agent: StoryAgent;
  readonly narrator: Narrator;
  /** Aborted when somebody does not want to hear the rest. */
  readonly signal: AbortSignal;
};

const repo = `${repository.owner}/${repository.name}`;
const maintainer = people.maintainer;

/** The main story, played through: returns how often the server was restarted. Throws when it does not come true. */
export async function playStory(cast: Cast): Promise<{ readonly restarts: number }> {
  const { server, narrator } = cast;
  const tell = (sentence: string): void => narrator.tell(sentence);

  if (cast.agent.introduction !== null) tell(cast.agent.introduction);
  tell(`Reeve is up (process ${await server.start()}), installed as a GitHub App on ${repo}.`);
  issues.forEach((issue, index) => tell(`Issue #${index + 1} is open: “${issue.title}”.`));
  for (const number of [QUICK, ASKING]) {
    await cast.emulator.control.act({ as: maintainer, do: 'label', repo, number, label: 'reeve:ready' });
  }
  tell(`${maintainer}, who may write, labels both \`reeve:ready\`.`);
  for (const number of [QUICK, ASKING]) {
    await seen(
      cast,
      `#${number} has a card and is worked on`,
      () => /· (?:Working|Waiting for an answer)$/m.test(cardOf(cast, number) ?? ''), // a fast agent has asked by then
    );
    tell(`#${number}: a status card is on the issue, and an agent works in a clone of its own.`);
  }

  const question = await seen(cast, 'a question card', () => questionOf(cast));
  tell(
    `#${ASKING}: the agent has a question and has ended; its slot is free. The issue now says \`reeve:waiting\`, and:`,
  );
  narrator.show(textOf(question));

  if (!cardOf(cast, QUICK)?.includes('· Working'))
    throw new Error(`#${QUICK} was finished before the server could be killed.`);
  await server.kill();
  tell(`#${QUICK} is in the middle of its work, and the server is killed with kill -9. The agent goes on by itself.`);
  cast.agent.model?.goOn();
  tell(`The server is started again (process ${await server.start()}): it finds the run and goes on with it.`);

  const quickPull = await seen(cast, `a pull request for #${QUICK}`, () => pullFor(cast, QUICK));
  tell(
    `#${QUICK}: the commits were checked and pushed; draft pull request #${quickPull} is open, with a check run on it.`,
  );

  await cast.emulator.control.act({ as: maintainer, do: 'comment', repo, number: ASKING, body: 'b' });
  tell(`#${ASKING}: ${maintainer} answers “b”.`);
  await seen(cast, 'the answer is on the card', () => questionOf(cast)?.includes(`Answered by \`${maintainer}\``));
  const place = cast.agent.model ? 'the same conversation' : 'the same workspace';
  tell(`#${ASKING}: the answer is quoted on the question's card; the same agent goes on in ${place}.`);

  await merge(cast, QUICK, quickPull);
  const askingPull = await seen(cast, `a pull request for #${ASKING}`, () => pullFor(cast, ASKING));
  const memory = cast.agent.model?.remembers() ? ' Its model had heard what it said before it asked.' : '';
  tell(`#${ASKING}: draft pull request #${askingPull} is open.${memory}`);
  await merge(cast, ASKING, askingPull);
  return { restarts: 1 };
}

async function merge(cast: Cast, number: number, pull: number): Promise<void> {
  await seen(cast, `#${number} is ready for review`, () => cardOf(cast, number)?.includes('Ready for review'));
  await seen(cast, `the check on #${pull}`, () =>
    checkRunsOf(cast.emulator).some(({ external_id: session }) => session.includes(`-${number}-`)),
  );
  await cast.emulator.control.act({ as: maintainer, do: 'ready-for-review', repo, number: pull });
  await cast.emulator.control.act({ as: maintainer, do: 'merge', repo, number: pull });
  await seen(cast, `#${number} is done`, () => {
    const { state, labels } = cast.emulator.control.thread(repo, number);
    return state === 'closed' && labels.includes('reeve:done') && cardOf(cast, number)?.includes('· Merged');
  });
  cast.narrator.tell(
    `#${number}: ${maintainer} merges #${pull}. The issue is closed, its label is \`reeve:done\`, the workspace is gone.`,
  );
}

/** Waits until the story has come that far. Rejects at once when it will not. */
function seen<Seen>(cast: Cast, what: string, look: () => Seen | null | false | undefined): Promise<Seen> {
  return until(what, cast.agent.stepMsMax, () => {
    if (cast.signal.aborted) throw new UserError('story-failed', 'The story was broken off.');
    const lost = [QUICK, ASKING].find((number) => isLost(cardOf(cast, number)));
    if (lost === undefined) return look();
    const card = textOf(cardOf(cast, lost) ?? '');
    throw new UserError('story-failed', `The story does not come true. This is the card of issue #${lost}:\n\n${card}`);
  });
}

function isLost(card: string | undefined): boolean {
  return /^### Reeve · (?:Failed|Nothing to change)$/m.test(card ?? '');
}

function cardOf(cast: Cast, number: number): string | undefined {
  return ours(cast, number).find((body) => body.includes('### Reeve ·'));
}

function questionOf(cast: Cast): string | undefined {
  return ours(cast, ASKING).find((body) => /^### (?:Reeve asks: q|Q)uestion/m.test(body));
}

function ours({ emulator }: Cast, number: number): string[] {
  const bot = `${emulator.app.slug}[bot]`;
  return emulator.control
    .thread(repo, number)
    .comments.filter(({ author }) => author === bot)
    .map(({ body }) => body);
}

/** The number of the pull request that closes the issue, once there is one. */
function pullFor({ emulator }: Cast, issue: number): number | null {
  const pull = emulator.control.threads(repo).find(
    ({ isPull, body }) =>
      isPull &&
      body.startsWith(`Closes #${issue}
`),
  );
  return pull?.number ?? null;
}

/** A comment without what only programs read. */
function textOf(body: string): string {
  return body
    .replace(/<!--.*?-->\n?/gs, '')
    .replace(/<\/?(?:details|summary|sub)>/g, '')
    .trim();
}
