import { runId, sessionId } from '../../domain/ids.ts';
import { expect, test } from 'vitest';

import { describeAgent } from '../agent.conformance.ts';
import { createCustomCommandAgent } from './custom-command.ts';

describeAgent('a custom command', (program) => createCustomCommandAgent({ argv: [program] }));

test('its arguments are passed as they are, and its whole environment is this', () => {
  const argv = ['agent', '--title', '$(id); `x` "y"'] as const;
  const start = createCustomCommandAgent({ argv: [...argv] }).start({
    runId: runId('7-3-1-r2'),
    sessionId: sessionId('7-3-1'),
    conversationId: 'c',
    isResume: true,
    mark: null,
    prompt: 'Mend it.',
    promptPath: '/run/prompt.md',
    outputPath: '/run/output.jsonl',
    ...{ repoPath: '/w/repo', homePath: '/w/home', filesPath: '/run/agent', model: null, access: null },
    ...{ mcpServer: ['reeve-agent', 'mcp'], mustAsk: false },
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
