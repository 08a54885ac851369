import { runId, sessionId } from '../ids.ts';
import { sandboxAlone } from './permission.ts';
import type { RunLimits, RunRequest } from './run.ts';

const limits: RunLimits = {
  ...{ wallMs: 1, silenceMs: 1, outputBytesMax: 1, askGraceMs: 1, stopGraceMs: 1 },
  ...{ memoryMiBMax: 2000, processesMax: 300, diskMiBMax: 2000, costMicroUsdMax: null, tokensMax: null },
};

/** A request as small as it can be, for tests and generated documents to change what they are about. */
export const exampleRequest: RunRequest = {
  ...{ runId: runId('1-7-1-r1'), sessionId: sessionId('1-7-1'), attempt: 1, createdAt: 0 },
  ...{
    agent: { name: 'agent', kind: 'custom-command', argv: ['agent'], model: null },
    conversationId: 'c',
    isResume: false,
  },
  ...{ mark: null, permissions: sandboxAlone, access: null },
  ...{ workspacePath: '/w', sandbox: 'none', network: 'open', hiddenPaths: [], readablePaths: [] },
  ...{ environment: {}, limits, prompt: '', commit: { name: 'n', email: 'e', message: 'm' } },
};
