import { runId, sessionId } from '../../domain/ids.ts';
import { expect, test } from 'vitest';

import { describeAgent } from '../agent.conformance.ts';
import { createCustomCommandAgent } from './custom-command.ts';

describeAgent('a custom command', (program) => createCustomCommandAgent({ kind: 'custom-command', argv: [program] }));

test('its arguments are passed as they are, and its whole environment is this', () => {
  const argv = ['agent', '--title', '$(id); `x` "y"'] as const;
  const start = createCustomCommandAgent({ kind: 'custom-command', argv: [...argv] }).start({
    runId: runId('7-3-1-r2'),
    sessionId: sessionId('7-3-1'),
    conversationId: 'c',
    isResume: true,
    promptPath: '/run/prompt.md',
    outputPath: '/run/output.jsonl',
  });
  expect(start).toEqual({
    argv,
    environment: {
      REEVE_PROMPT_FILE: '/run/prompt.md',
      REEVE_OUTPUT: '/run/output.jsonl',
      REEVE_SESSION_ID: '7-3-1',
      REEVE_RUN_ID: '7-3-1-r2',
      REEVE_CONVERSATION_ID: 'c',
      REEVE_RESUME: '1',
    },
  });
});
