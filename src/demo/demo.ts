import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createEmulator, type Emulator } from '../emulator/emulator.ts';
import type { KnownAgent } from '../config/agents.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { endRuns } from './end-runs.ts';
import { gatherFacts, type DemoFacts } from './facts.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { files, issues, people, repository } from './seed.ts';
import { createServerProcess, freePort, type ServerProcess } from './server-process.ts';
import { shellWord } from './shell-word.ts';
import { castAgent, type StoryAgent } from './story-agent.ts';
import { playStory } from './story.ts';

export type DemoOptions = {
  readonly isJson: boolean;
  /** Leave everything running until `signal` aborts. */
  readonly isKept: boolean;
  /** Where all state is kept; a directory that is removed at the end when null. */
  readonly home: string | null;
  /** Of the GitHub emulator; 0 takes any free one. */
  readonly port: number;
  /** A real agent, which a scripted model leads through the same story; null for the demo's own. */
  readonly agent: KnownAgent | null;
  /** Its program, when it is not to be looked for. */
  readonly agentProgram: string | null;
  /** Where this user's caches are. */
  readonly cachePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: Clock;
  readonly signal: AbortSignal;
  readonly stdout: (text: string) => void;
};

const SETTLE_MS_MAX = 15_000;
// Of no use outside of this demo: the emulator makes an App of its own each time.
const WEBHOOK_SECRET = 'only-for-the-demo-on-this-machine';

const PROGRAM = fileURLToPath(new URL('../bin/reeve.js', import.meta.url));

/**
 * Tells the main story on a GitHub of its own. Gives whether it came true. Throws a UserError for a home that cannot be
 * used: the story begins with nothing, and what somebody else keeps there stays as it is.
 */
export async function runDemo(options: DemoOptions): Promise<{ readonly isTrue: boolean }> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'reeve-demo-')));
  if (options.home !== null) await demandEmpty(options.home);
  const narrator = createNarrator(options.isJson ? () => {} : options.stdout, options.now);
  const agent = await castAgent(options);
  const stage = await setStage(options, { home, agent });
  try {
    const { restarts } = await playStory({ ...stage, narrator, signal: options.signal });
    const facts = await settledFacts(stage, { restarts, narrator });
    if (options.isJson) options.stdout(`${JSON.stringify(facts, null, 2)}\n`);
    else tellEnd(facts, { narrator, options, stage, home });
    if (options.isKept) await untilAborted(options.signal);
    return {
      isTrue:
        facts.outcome === 'merged' &&
        facts.remembers === (options.agent === null ? null : true) &&
        [facts.duplicates, facts.lost, facts.requests.invalid].every((count) => count === 0),
    };
  } finally {
    await stage.server.stop();
    await endRuns(join(home, 'reeve'), options.now);
    await stage.emulator.close();
    await agent.model?.close();
    if (options.home === null) await rm(home, { recursive: true, force: true });
  }
}

async function demandEmpty(home: string): Promise<void> {
  let names: readonly string[];
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    names = await readdir(home);
  } catch (error) {
    const text = `${home} cannot be the demo's home (${messageOf(error)}); name a new directory with --home.`;
    throw new UserError('config-invalid', text, { cause: error });
  }
  if (names.length === 0) return;
  throw new UserError('config-invalid', `${home} is not empty; name a new or an empty directory with --home.`);
}

type Stage = { readonly emulator: Emulator; readonly server: ServerProcess; readonly agent: StoryAgent };

async function setStage(
  { environment, port }: DemoOptions,
  { home, agent }: { readonly home: string; readonly agent: StoryAgent },
): Promise<Stage> {
  await mkdir(join(home, 'reeve'), { recursive: true, mode: 0o700 });
  const webPort = await freePort();
  const url = `http://127.0.0.1:${webPort}`;
  const emulator = await createEmulator({
    port,
    root: join(home, 'github'),
    recordFile: join(home, 'requests.jsonl'),
    seed: {
      app: { id: 4207, slug: 'reeve', webhookSecret: WEBHOOK_SECRET, webhookUrl: `${url}/api/github/webhooks` },
      users: [{ login: people.maintainer }, { login: people.visitor }],
      repositories: [
        {
          ...repository,
          files,
          collaborators: { [people.maintainer]: 'write' },
          issues: issues.map((issue) => ({ ...issue, author: people.visitor })),
        },
      ],
    },
  });
  const keyFile = join(home, 'private-key.pem');
  await writeFile(keyFile, emulator.app.privateKey, { mode: 0o600 });
  await chmod(keyFile, 0o600);
  const server = createServerProcess({
    url,
    logFile: join(home, 'server.log'),
    environment: {
      ...environment,
      APP_ID: String(emulator.app.id),
      PRIVATE_KEY_PATH: keyFile,
      WEBHOOK_SECRET,
      GITHUB_API_URL: emulator.url,
      PORT: String(webPort),
      REEVE_HOME: join(home, 'reeve'),
      ...agent.environment,
      REEVE_POLL_MS: '250',
      REEVE_SWEEP_SECONDS: '5',
      REEVE_WRITE_SPACING_MS: '50', // nobody is notified here, and the story should not wait
      REEVE_LIST_LAG_MS: '1000', // the lists of this GitHub do not lag
    },
  });
  return { emulator, server, agent };
}

/** Counts once nothing is on its way any more: the last card is edited a moment after the last merge. */
async function settledFacts(
  { emulator, server, agent }: Stage,
  { restarts, narrator }: { readonly restarts: number; readonly narrator: Narrator },
): Promise<DemoFacts> {
  let facts: DemoFacts | null = null;
  const look = async (): Promise<void> => {
    const { exitCode, stdout, stderr } = await server.verify();
    if (exitCode !== 0 && stdout === '') throw new UserError('not-found', `reeve verify failed: ${stderr.trim()}`);
    facts = gatherFacts(emulator, {
      ...{ verified: JSON.parse(stdout), restarts, durationMs: narrator.elapsedMs() },
      ...{ agent: agent.name, remembers: agent.model?.remembers() ?? null },
    });
  };
  const startedAt = narrator.elapsedMs();
  do {
    await emulator.settled();
    await look();
  } while (hasMore(facts) && narrator.elapsedMs() - startedAt < SETTLE_MS_MAX);
  if (!facts) throw new Error('No facts were gathered.');
  return facts;
}

function hasMore(facts: DemoFacts | null): boolean {
  return facts === null || facts.lost > 0 || facts.outcome !== 'merged';
}

type End = { readonly narrator: Narrator; readonly options: DemoOptions; readonly stage: Stage; readonly home: string };

function tellEnd(facts: DemoFacts, { narrator, options, stage, home }: End): void {
  const { pulls, comments, questions, restarts, duplicates, lost, requests } = facts;
  narrator.tell(
    facts.outcome === 'merged'
      ? `The story is told: ${pulls.length} pull requests merged, ${questions} question answered, ${restarts} restart.`
      : 'The story did not come true; the server log says why.',
  );
  if (facts.remembers === false)
    narrator.tell(
      'But the agent began a new conversation after the answer: its model did not hear what it said before.',
    );
  narrator.show(
    [
      `Reeve wrote ${comments} comments and ${facts.checkRuns.length} check runs: ${countOf(duplicates)} said twice, ${countOf(lost)} lost.`,
      `${requests.total} requests to GitHub, ${countOf(requests.invalid)} of them against its contract; the issue with the question cost ${requests.story}.`,
    ].join('\n'),
  );
  narrator.show(whereToLook(options, stage, home));
}

function countOf(count: number): string {
  return count === 0 ? 'none' : String(count);
}

function whereToLook({ isKept, home: asked }: DemoOptions, { emulator }: Stage, home: string): string {
  const repo = `${repository.owner}/${repository.name}`;
  if (isKept) {
    return [
      `Everything is still running. GitHub is ${emulator.url}: read an issue as a person sees it with`,
      `  curl '${emulator.url}/_emulator/thread?repo=${repo}&number=1&format=text'`,
      'and ask the server as its operator does with',
      `  REEVE_HOME=${shellWord(join(home, 'reeve'))} node ${shellWord(PROGRAM)} status`,
      `The state is in ${home}. Ctrl-C ends it.`,
    ].join('\n');
  }
  if (asked !== null) {
    return [
      `Look at ${join(home, 'github', `${repo}.git`)} (git log), ${join(home, 'requests.jsonl')} (every request),`,
      `${join(home, 'reeve', 'runs')} (transcripts) and ${join(home, 'server.log')}.`,
    ].join('\n');
  }
  return 'To look around, run it again with `-- --home DIR` (keeps all state) or `-- --keep` (stays up).';
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
