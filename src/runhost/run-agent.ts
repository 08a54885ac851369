import { join } from 'node:path';

import type { Agent, AgentTask, ModelAccess } from '../agents/agent.ts';
import { mustAsk } from '../domain/run/permission.ts';
import type { RunRequest } from '../domain/run/run.ts';
import { sandboxArgv, type SandboxView } from '../domain/run/sandbox.ts';
import { secretValuesOf } from '../domain/run/secrets.ts';
import { replaceFile } from '../lib/atomic-file.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { createRedactor, type Redactor } from '../lib/redact.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { writeAgentFiles } from './agent-files.ts';
import { killAll } from './agent-processes.ts';
import type { AgentEnd } from './end-of-agent.ts';
import { agentEnvironment } from './environment.ts';
import { openEventLog, type EventLog } from './events.ts';
import type { Heartbeat } from './heartbeat.ts';
import { commitLeftovers } from './leftovers.ts';
import type { HostOptions } from './host-options.ts';
import { createMessenger } from './messages.ts';
import { withForwards } from './listen-for.ts';
import { openModelDoor } from './model-access.ts';
import { openModelLog } from './model-log.ts';
import { redactedHost } from './network-refusals.ts';
import { openNetwork } from './network.ts';
import { openOutputTail } from './output-tail.ts';
import { writeReeveAgent } from './reeve-agent-program.ts';
import { sandboxView } from './sandbox-view.ts';
import { withOwnWords } from './setup/own-words.ts';
import { setUp } from './setup/set-up.ts';
import { supervise, type Supervision, type Watcher } from './supervise.ts';
import { openTranscript, type Transcript } from './transcript.ts';

const DETAIL_CHARACTERS_MAX = 500; // it may quote the agent at any length, and a status beyond its size is no status

type Argv = readonly [string, ...string[]];

type Run = HostOptions & {
  readonly request: RunRequest;
  readonly directory: RunDirectory;
  readonly heartbeat: Heartbeat;
};

/** Prepares what the agent sees, supervises it, and commits what it left. Rejects when it could not be prepared. */
export async function runAgent(run: Run, agent: Agent): Promise<AgentEnd> {
  const { request, directory, installation } = run;
  await replaceFile(directory.prompt, request.prompt); // from the signed request: what was approved is what is read
  await writeReeveAgent(directory.programs, installation.programsPath);
  const opened = await open(run);
  const { redact, tail, transcript, events, modelLog, network, door } = opened;
  const leading = (argv: Argv, forwards: readonly string[]): Argv =>
    withForwards(argv, forwards, join(installation.programsPath, 'reeve-forward.js'));
  try {
    const task = taskOf(run, door.access);
    const start = agent.start(task);
    await writeAgentFiles(directory.agentFiles, start.files ?? {});
    const view = await sandboxView({ request, start, directory, doors: [network, door], path: run.path }, installation);
    const surroundings = { path: run.path, programsPath: directory.programs, outputPath: directory.output };
    const environment = {
      ...agentEnvironment(request, start, surroundings),
      ...network.environment,
      ...door.environment,
    };
    const sandboxed = sandboxer(request, view);
    const setup = await setUp({
      ...{ ...run, view, environment, transcript, events, redact },
      reaching: (argv) => leading(argv, network.forwards),
    });
    const finish = (end: AgentEnd, uncommitted: string): AgentEnd => {
      events.record({ kind: 'ended', reason: end.reason });
      const detail = redact(`${end.detail}${uncommitted}${network.summary()}`).slice(0, DETAIL_CHARACTERS_MAX);
      return { ...end, detail };
    };
    if (setup.end !== null) return finish(setup.end, '');
    const end = await supervise({
      request: setup.request,
      argv: sandboxed(leading(start.argv, [...network.forwards, ...door.forwards])),
      cwd: view.workingDirectory,
      environment,
      converse: await conversation(run, { agent, task }, { redact, transcript, events }),
      messenger: messengerOf(run, agent, events),
      modelUsage: modelLog.usage,
      tail,
      transcript: withOwnWords(transcript),
      directory,
      stopSignal: run.stopSignal,
      elapsed: run.elapsed,
      watcher: watcherOf(run, events, setup.tookMs),
    });
    crashPoint('run.agent-ended');
    const kept = mustCommit(end)
      ? await commitLeftovers({ sandboxed, cwd: view.workingDirectory, environment }, request.commit)
      : null;
    crashPoint('run.committed');
    // Git ran what the agent has configured: where nothing takes it down, something of it may have stayed.
    if (kept !== null) await killAll({ directory, agent: null, sandbox: request.sandbox });
    if (kept !== null) events.record({ kind: 'leftovers', ...kept, detail: redact(kept.detail) });
    return finish(end, kept?.outcome === 'failed' ? ' Its last changes could not be committed.' : '');
  } finally {
    await opened.close();
  }
}

/** What the run is written down in, and the agent's ways out. */
async function open(run: Run) {
  const { request, directory, modelKey, onError, now } = run;
  const { programsPath } = run.installation;
  const modelLog = openModelLog(directory.model, { now, onError });
  const door = await openModelDoor({
    ...{ request, key: modelKey, directory, programsPath, onError, onAsked: modelLog.take },
  });
  // The agent does not know the key, but what it talks with may quote it; the bearer it knows, and may show.
  const secrets = [modelKey, door.access?.bearer].filter((one) => typeof one === 'string');
  const redact = createRedactor([...secretValuesOf(request.environment), ...secrets]);
  const tail = openOutputTail(directory.output, redact);
  const transcript = openTranscript(directory, redact, onError);
  const events = openEventLog(directory.events, now);
  const network = await openNetwork({
    ...{ policy: request.network, directory, programsPath, onError },
    onRefused: (refused) => events.record({ kind: 'network-refused', ...redactedHost(refused, redact) }),
  });
  const close = async (): Promise<void> => {
    await network.close();
    await door.close();
    for (const one of [modelLog, transcript, events, tail]) one.close();
  };
  return { redact, tail, transcript, events, modelLog, network, door, close };
}

function taskOf({ request, directory }: Run, access: ModelAccess | null): AgentTask {
  return {
    ...{ runId: request.runId, sessionId: request.sessionId, conversationId: request.conversationId },
    ...{ isResume: request.isResume, mark: request.mark, prompt: request.prompt, promptPath: directory.prompt },
    ...{ outputPath: directory.output, repoPath: join(request.workspacePath, 'repo') },
    ...{ homePath: join(request.workspacePath, 'home'), filesPath: directory.agentFiles },
    ...{ model: request.agent.model, access, mcpServer: [join(directory.programs, 'reeve-agent'), 'mcp'] },
    mustAsk: mustAsk(request.permissions),
  };
}

type Records = { readonly redact: Redactor; readonly transcript: Transcript; readonly events: EventLog };

/** What talks with it is loaded for agents that talk: others are started by a host that stays small. */
async function conversation(
  run: Run,
  { agent, task }: { readonly agent: Agent; readonly task: AgentTask },
  records: Records,
): Promise<Supervision['converse']> {
  if (!('converse' in agent)) return null;
  const { request, now, elapsed } = run;
  const { openExchange } = await import('./exchange.ts');
  const conversing = {
    ...{ agent, task, ...records, now, elapsed },
    ...{ policy: request.permissions, silenceMs: request.limits.silenceMs },
  };
  return (pipes) => openExchange(conversing, pipes);
}

function messengerOf({ directory }: Run, agent: Agent, events: EventLog) {
  return createMessenger({
    ...{ directory, isSupported: 'converse' in agent },
    onOutcome: (id, outcome) => events.record({ kind: 'message', id, outcome }),
  });
}

/** An agent that asked goes on where it is; one that never started left nothing; what filled the disk would fill it twice. */
function mustCommit({ reason }: AgentEnd): boolean {
  return reason !== 'asked' && reason !== 'not-started' && reason !== 'disk-full';
}

function sandboxer(request: RunRequest, view: SandboxView) {
  const isRoot = process.getuid?.() === 0;
  return (argv: readonly [string, ...string[]]) => sandboxArgv(request.sandbox, argv, view, isRoot);
}

/** Tells the record and the status file what happens. */
function watcherOf({ heartbeat, now }: Run, events: EventLog, setupMs: number): Watcher {
  let markId: string | null = null;
  return {
    onStarted(agent) {
      heartbeat.note({ state: 'running', agent: agent && { ...agent, pgid: agent.pid } });
      if (agent) events.record({ kind: 'started', pid: agent.pid });
      void heartbeat.beat().then(() => crashPoint('run.started'));
    },
    onOutputs(batch) {
      for (const output of batch) events.record({ kind: 'output', output });
    },
    onStopping(reason) {
      events.record({ kind: 'stopping', reason });
      heartbeat.note({ state: 'stopping' });
      void heartbeat.beat();
    },
    onLook({ quietMs, mark, memoryMiB, processes, diskMiB, spend, outputBytes }) {
      heartbeat.note({
        ...{ memoryMiB, processes, diskMiB, outputBytes, mark },
        spend: { ...spend, agentMs: spend.agentMs + setupMs },
        outputAt: now() - Math.round(quietMs),
      });
      if (mark === null || mark.id === markId) return;
      markId = mark.id;
      void heartbeat.beat(); // the next run goes on with it, however this one ends
    },
  };
}
