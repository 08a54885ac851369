import type { Emulator } from '../emulator/emulator.ts';
import { checkRunsOf } from './facts.ts';
import type { StoryAgent } from './story-agent.ts';
import type { Narrator } from './narrator.ts';
import { ASKING, issues, people, QUICK, repository } from './seed.ts';
import type { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

type Cast = {
  readonly emulator: Emulator;
  readonly server: ServerProcess;
  readonly agent: StoryAgent;
  readonly narrator: Narrator;
};

const repo = `${repository.owner}/${repository.name}`;
const maintainer = people.maintainer;

/** The main story, played through: returns how often the server was restarted. Throws when it does not come true. */
export async function playStory(cast: Cast): Promise<{ readonly restarts: number }> {
  const { server, narrator } = cast;
  const tell = (sentence: string): void => narrator.tell(sentence);
  const { stepMsMax } = cast.agent;

  tell(`Reeve is up (process ${await server.start()}), installed as a GitHub App on ${repo}.`);
  issues.forEach((issue, index) => tell(`Issue #${index + 1} is open: “${issue.title}”.`));
  for (const number of [QUICK, ASKING]) {
    await cast.emulator.control.act({ as: maintainer, do: 'label', repo, number, label: 'reeve:ready' });
  }
  tell(`${maintainer}, who may write, labels both \`reeve:ready\`.`);
  for (const number of [QUICK, ASKING]) {
    await until(`#${number} has a card and is worked on`, stepMsMax, () => cardOf(cast, number)?.includes('· Working'));
    tell(`#${number}: a status card is on the issue, and an agent works in a clone of its own.`);
  }

  const question = await until('a question card', stepMsMax, () => questionOf(cast));
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

  const quickPull = await until(`a pull request for #${QUICK}`, stepMsMax, () => pullFor(cast, QUICK));
  tell(
    `#${QUICK}: the commits were checked and pushed; draft pull request #${quickPull} is open, with a check run on it.`,
  );

  await cast.emulator.control.act({ as: maintainer, do: 'comment', repo, number: ASKING, body: 'b' });
  tell(`#${ASKING}: ${maintainer} answers “b”.`);
  await until('the answer is on the card', stepMsMax, () =>
    questionOf(cast)?.includes(`Answered by \`${maintainer}\``),
  );
  tell(`#${ASKING}: the answer is quoted on the question's card; the same agent goes on in the same workspace.`);

  await merge(cast, QUICK, quickPull);
  const askingPull = await until(`a pull request for #${ASKING}`, stepMsMax, () => pullFor(cast, ASKING));
  tell(`#${ASKING}: draft pull request #${askingPull} is open.`);
  await merge(cast, ASKING, askingPull);
  return { restarts: 1 };
}

async function merge(cast: Cast, number: number, pull: number): Promise<void> {
  const { stepMsMax } = cast.agent;
  await until(`#${number} is ready for review`, stepMsMax, () => cardOf(cast, number)?.includes('Ready for review'));
  await until(`the check on #${pull}`, stepMsMax, () =>
    checkRunsOf(cast.emulator).some(({ external_id: session }) => session.includes(`-${number}-`)),
  );
  await cast.emulator.control.act({ as: maintainer, do: 'ready-for-review', repo, number: pull });
  await cast.emulator.control.act({ as: maintainer, do: 'merge', repo, number: pull });
  await until(`#${number} is done`, stepMsMax, () => {
    const { state, labels } = cast.emulator.control.thread(repo, number);
    return state === 'closed' && labels.includes('reeve:done') && cardOf(cast, number)?.includes('· Merged');
  });
  cast.narrator.tell(
    `#${number}: ${maintainer} merges #${pull}. The issue is closed, its label is \`reeve:done\`, the workspace is gone.`,
  );
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
