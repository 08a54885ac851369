import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import { playCase } from '../../test/agents/case.ts';
import { cases } from '../../test/agents/cases.ts';
import { openStage, type Subject } from '../../test/agents/stage.ts';
import { runId, sessionId } from '../domain/ids.ts';
import type { Agent, AgentTask } from './agent.ts';

const CASE_MS_MAX = 120_000; // only what hangs takes that long; a busy machine is no fault

/**
 * What every agent adapter must do. `create` gives the adapter with the coding program replaced by a script that gets
 * the start's arguments and environment, so that the suite sees what the program would see.
 */
export function describeAgent(name: string, create: (program: string) => Agent): void {
  describe(`${name} is an agent`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'reeve-agent-'));
    afterAll(() => rmSync(directory, { recursive: true }));
    const seenPath = join(directory, 'seen.json');
    const program = join(directory, 'program');
    writeFileSync(
      program,
      `#!${process.execPath}\nrequire('fs').writeFileSync(${JSON.stringify(seenPath)}, JSON.stringify(process.env));\n`,
      { mode: 0o700 },
    );
    const task: AgentTask = {
      runId: runId('7-3-1-r2'),
      sessionId: sessionId('7-3-1'),
      conversationId: '6f6f1e5e-0000-4000-8000-000000000000',
      isResume: false,
      mark: null,
      prompt: 'Mend it.',
      promptPath: join(directory, 'prompt.md'),
      outputPath: join(directory, 'output.jsonl'),
      repoPath: join(directory, 'repo'),
      homePath: join(directory, 'home'),
      filesPath: join(directory, 'files'),
      model: null,
      access: null,
      mcpServer: ['reeve-agent', 'mcp'],
      mustAsk: false,
    };
    const startAndLook = (changes: Partial<AgentTask> = {}): Record<string, string> => {
      const { argv, environment } = create(program).start({ ...task, ...changes });
      execFileSync(argv[0], argv.slice(1), { env: environment });
      return JSON.parse(readFileSync(seenPath, 'utf8')) as Record<string, string>;
    };

    test('its program really starts, and is told its run, its task and where to speak', () => {
      expect(startAndLook()).toMatchObject({
        REEVE_RUN_ID: '7-3-1-r2',
        REEVE_SESSION_ID: '7-3-1',
        REEVE_PROMPT_FILE: task.promptPath,
        REEVE_OUTPUT: task.outputPath,
      });
    });

    test('the conversation is the same when it goes on, and it knows that it goes on', () => {
      const first = startAndLook();
      const second = startAndLook({ isResume: true });
      expect(second['REEVE_CONVERSATION_ID']).toBe(first['REEVE_CONVERSATION_ID']);
      expect([first['REEVE_RESUME'], second['REEVE_RESUME']]).toEqual(['0', '1']);
    });

    test('the same task starts the same way, with nothing taken from our own environment', () => {
      process.env['REEVE_TEST_CANARY'] = 'canary';
      const agent = create(program);
      expect(agent.start(task)).toEqual(agent.start(task));
      expect(JSON.stringify(agent.start(task))).not.toContain('canary');
    });
  });
}

/**
 * What every agent that converses must do, with a scripted model. `npm run test:agents` plays the same cases with the real
 * programs (test/agents).
 */
export function describeConversation(subject: Subject): void {
  describe(`${subject.name} converses`, () => {
    test.concurrent.each(Object.entries(cases))('%s', { timeout: CASE_MS_MAX }, async (_, one) => {
      const stage = await openStage(subject);
      try {
        await expect(playCase(one, stage)).resolves.toBeUndefined(); // it throws what is wrong
      } finally {
        await stage.close();
      }
    });
  });
}
