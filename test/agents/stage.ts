import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Agent, AgentTask, Conversation } from '../../src/agents/agent.ts';
import { runId, sessionId } from '../../src/domain/ids.ts';
import type { AgentEvent, ConversationEnd, ConversationMark } from '../../src/domain/run/conversation.ts';
import type { PermissionDecision, PermissionRequest } from '../../src/domain/run/permission.ts';
import type { KnownAgent } from '../../src/domain/run/known-agents.ts';
import type { ModelProvider } from '../../src/domain/run/model-provider.ts';
import { startModel, type ScriptedModel, type ShellTool } from './scripted-model.ts';

export type Argv = readonly [string, ...string[]];

/** An agent as it stands for the suite. */
export type Subject = {
  readonly name: string;
  /** The adapter, with the program that it starts. */
  create(program: Argv): Agent;
  readonly program: Argv;
  readonly model: string | null;
  /** Whose API it asks its model by. */
  readonly provider: ModelProvider;
  /** How its model calls its shell. */
  readonly shell: ShellTool;
  /** What it cannot do, and why. */
  readonly cannot: KnownAgent['cannot'];
  /** Set for the program alone, beside what the adapter sets. */
  readonly environment?: Readonly<Record<string, string>>;
};

export type Ways = {
  readonly prompt?: string;
  /** It goes on with the conversation of this mark. */
  readonly mark?: ConversationMark;
  readonly mustAsk?: boolean;
  readonly decide?: (request: PermissionRequest) => Promise<PermissionDecision>;
  /** Starts the program behind another one: a liar, a sandbox. */
  readonly behind?: Argv;
  readonly access?: { readonly url: string; readonly bearer: string };
  readonly program?: Argv;
  /** Around all that is started. */
  readonly within?: (argv: Argv) => Argv;
};

export type Played = {
  readonly events: readonly AgentEvent[];
  readonly conversation: Conversation;
  /** The first event of this kind that passes, past or to come. */
  when(test: (event: AgentEvent) => boolean): Promise<AgentEvent>;
  /** Ends it and all that it started, at once. */
  kill(): void;
  finish(): Promise<ConversationEnd>;
  mark(): ConversationMark;
};

/** A workspace, a scripted model and an agent that works with both. */
export type Stage = {
  readonly subject: Subject;
  readonly model: ScriptedModel;
  readonly path: string;
  readonly repoPath: string;
  play(ways?: Ways): Played;
  close(): Promise<void>;
};

const STEP_MS_MAX = 180_000; // some agents try a model that fails for minutes; a machine may be busy
const EXIT_MS_MAX = 15_000; // its stdin is closed; then it is killed, as the run host does

export async function openStage(subject: Subject): Promise<Stage> {
  const model = await startModel(subject.shell);
  const path = mkdtempSync(join(process.env['REEVE_AGENTS_TMP'] ?? tmpdir(), 'reeve-suite-'));
  for (const name of ['repo', 'home', 'tmp', 'files']) mkdirSync(join(path, name));
  const repoPath = join(path, 'repo');
  execFileSync('git', ['init', '--quiet', repoPath]);
  const living = new Set<ChildProcess>();
  return {
    ...{ subject, model, path, repoPath },
    play: (ways = {}) => play({ subject, model, path }, ways, living),
    async close() {
      for (const child of living) killGroup(child);
      await model.stop();
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function play(stage: Pick<Stage, 'subject' | 'model' | 'path'>, ways: Ways, living: Set<ChildProcess>): Played {
  const { subject } = stage;
  const agent = subject.create([...(ways.behind ?? []), ...(ways.program ?? subject.program)] as unknown as Argv);
  const task = taskOf(stage, ways);
  const start = agent.start(task);
  for (const [name, text] of Object.entries(start.files ?? {})) {
    mkdirSync(dirname(join(task.filesPath, name)), { recursive: true });
    writeFileSync(join(task.filesPath, name), text);
  }
  const [program, ...args] = ways.within?.(start.argv) ?? start.argv;
  const child = spawn(program, args, {
    cwd: task.repoPath,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...{ PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: task.homePath, TMPDIR: join(stage.path, 'tmp') },
      ...subject.environment,
      ...start.environment,
    },
  });
  living.add(child);
  child.stdin.on('error', () => {}); // it may end before it has read everything
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
  const events: AgentEvent[] = [];
  const looks = new Set<() => void>();
  if (!agent.converse) throw new Error(`${subject.name} does not converse.`);
  const conversation = agent.converse(task, {
    ...{ input: child.stdin, output: child.stdout, now: Date.now },
    decide: ways.decide ?? (() => Promise.resolve({ verdict: 'allow' })),
    onEvent(event) {
      events.push(event);
      for (const look of looks) look();
    },
  });
  return {
    ...{ events, conversation },
    when: (test) =>
      within(
        'an event',
        new Promise((resolve, reject) => {
          const look = (): void => {
            const found = events.find(test);
            if (found) resolve(found);
          };
          looks.add(look);
          look();
          void conversation.ended.then((end) => reject(new Error(`It ended before that: ${JSON.stringify(end)}`)));
        }),
      ),
    kill: () => killGroup(child),
    async finish() {
      const end = await within('the end of the conversation', conversation.ended);
      child.stdin.end();
      const late = setTimeout(() => killGroup(child), EXIT_MS_MAX);
      await closed;
      clearTimeout(late);
      killGroup(child); // what its tools left behind
      return end;
    },
    mark: () => events.findLast((event) => event.kind === 'conversation')!.mark,
  };
}

function taskOf({ subject, model, path }: Pick<Stage, 'subject' | 'model' | 'path'>, ways: Ways): AgentTask {
  return {
    ...{ runId: runId('7-3-1-r1'), sessionId: sessionId('7-3-1') },
    conversationId: '6f6f1e5e-0000-4000-8000-0000000000aa',
    ...{ isResume: ways.mark !== undefined, mark: ways.mark ?? null },
    prompt: ways.prompt ?? 'Mend it.',
    ...{ promptPath: join(path, 'prompt.md'), outputPath: join(path, 'output.jsonl') },
    ...{ repoPath: join(path, 'repo'), homePath: join(path, 'home'), filesPath: join(path, 'files') },
    model: subject.model,
    access: ways.access ?? { url: model.url, bearer: 'bearer-of-this-run' },
    mcpServer: ['/bin/false'],
    mustAsk: ways.mustAsk ?? false,
  };
}

/** Fails when it takes longer than anything may. */
export async function within<T>(what: string, waiting: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`Waited ${STEP_MS_MAX / 1000} s for ${what}.`)), STEP_MS_MAX);
  });
  return Promise.race([waiting, tooLate]).finally(() => clearTimeout(late));
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it is gone
  }
}
