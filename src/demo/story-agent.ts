import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { KnownAgent } from '../config/agents.ts';
import { UserError } from '../lib/errors.ts';
import { bestSandbox } from '../runs/choose-sandbox.ts';
import { canLimitNetwork } from '../runs/sandbox.ts';
import { agentProgram } from './agent-program.ts';
import { startScriptedModel, type ScriptedModel } from './scripted-model.ts';

/** Who works in the story. */
export type StoryAgent = {
  readonly name: 'scripted' | KnownAgent;
  /** Who it is, for those who watch; null for the demo's own. */
  readonly introduction: string | null;
  /** What the server is told of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Leads a real agent; null for the demo's own, which needs none. */
  readonly model: ScriptedModel | null;
  /** How long any one thing may take that the story waits for. */
  readonly stepMsMax: number;
};

type Wanted = {
  readonly agent: KnownAgent | null;
  readonly agentProgram: string | null;
  readonly cachePath: string;
  readonly environment: Readonly<Record<string, string>>;
};

const STEP_MS_MAX = 30_000; // the demo's own agent takes a few seconds
const REAL_STEP_MS_MAX = 180_000; // some start slowly on a busy machine, and Gemini waits for the next minute before it goes on
const KEY_BYTES = 24;
const KEY_VARIABLE = 'REEVE_DEMO_MODEL_KEY';
const ownAgent = fileURLToPath(new URL('../bin/demo-agent.js', import.meta.url));

/** Whose interface each is asked to speak with its model; the others know only one. */
const providers: Partial<Readonly<Record<KnownAgent, string>>> = { opencode: 'openai' };

/** Throws a UserError when the agent, or what leads it, is not installed. */
export async function castAgent(wanted: Wanted): Promise<StoryAgent> {
  const path = wanted.environment['PATH'] ?? '';
  // What is told to the agents of the story is known: they may work where no sandbox does.
  const sandbox = await bestSandbox(path);
  if (wanted.agent === null) {
    if (wanted.agentProgram !== null)
      throw new UserError('wrong-use', '--agent-program is the program of a real agent; name that with --agent.');
    const environment = { REEVE_AGENT: JSON.stringify([process.execPath, ownAgent]), REEVE_SANDBOX: sandbox };
    return { name: 'scripted', introduction: null, environment, model: null, stepMsMax: STEP_MS_MAX };
  }
  const program = await agentProgram(wanted.agent, {
    ...{ named: wanted.agentProgram, path },
    cachePath: join(wanted.cachePath, 'reeve-agents'),
  });
  const key = randomBytes(KEY_BYTES).toString('hex');
  const model = await startScriptedModel(wanted.agent, key);
  const entry = {
    ...{ kind: wanted.agent, command: [program], model: 'scripted-model' },
    ...{ upstream: model.url, key: KEY_VARIABLE, price: { input: 3, output: 15 } },
    ...(providers[wanted.agent] ? { provider: providers[wanted.agent] } : {}),
  };
  const isKept = sandbox === 'bwrap' && (await canLimitNetwork(path));
  const environment = {
    REEVE_AGENT: wanted.agent,
    REEVE_AGENTS: JSON.stringify({ [wanted.agent]: entry }),
    [KEY_VARIABLE]: key,
    REEVE_SANDBOX: sandbox,
    REEVE_NETWORK: isKept ? 'none' : 'open', // its model is all that it has to reach
  };
  const reach = isKept ? 'nothing else can be reached by it' : 'nothing here can keep it from the network';
  const introduction = `The agent is ${wanted.agent} (${program}). A scripted model on this machine leads it; ${reach}.`;
  return { name: wanted.agent, introduction, environment, model, stepMsMax: REAL_STEP_MS_MAX };
}
