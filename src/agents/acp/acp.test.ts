import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';

import type { AgentEvent, ConversationEnd, ConversationMark } from '../../domain/run/conversation.ts';
import { runId, sessionId } from '../../domain/ids.ts';
import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';
import type { AgentTask, Conversation } from '../agent.ts';
import { createAcpAgent, type AcpKind } from './acp.ts';

const program = new URL('../../../fixtures/agents/acp/scripted-acp-agent.mjs', import.meta.url).pathname;

const task: AgentTask = {
  ...{ runId: runId('7-3-1-r2'), sessionId: sessionId('7-3-1'), conversationId: 'c', isResume: false, mark: null },
  ...{ prompt: 'Do it.', promptPath: '/run/prompt.md', outputPath: '/run/output.jsonl', repoPath: '/repo' },
  ...{
    homePath: '/home',
    filesPath: '/files',
    model: null,
    access: null,
    mcpServer: ['node', 'mcp.js'],
    mustAsk: true,
  },
};

type Scene = {
  readonly kind?: AcpKind;
  readonly task?: Partial<AgentTask>;
  readonly decide?: (request: PermissionRequest) => Promise<PermissionDecision>;
  readonly onEvent?: (event: AgentEvent, conversation: Conversation) => void;
};
type Heard = { readonly what: string; readonly value: unknown };
type Played = {
  readonly events: readonly AgentEvent[];
  readonly end: ConversationEnd;
  readonly heard: readonly Heard[];
};

const children = new Set<ReturnType<typeof spawn>>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/** Plays one story of the scripted agent to its end. */
async function play(story: string, scene: Scene = {}): Promise<Played> {
  const child = spawn(process.execPath, [program, story], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  const said = text(child.stderr);
  const events: AgentEvent[] = [];
  const agent = createAcpAgent({ kind: scene.kind ?? 'acp', argv: ['unused'] });
  const conversation: Conversation = agent.converse!(
    { ...task, ...scene.task },
    {
      ...{ input: child.stdin, output: child.stdout, now: () => 1000 },
      decide: scene.decide ?? (async () => ({ verdict: 'allow' })),
      onEvent(event) {
        events.push(event);
        scene.onEvent?.(event, conversation);
      },
    },
  );
  const end = await conversation.ended;
  child.stdin.end();
  if (child.exitCode === null) await once(child, 'exit');
  const heard = (await said).split('\n').filter((line) => line !== '');
  return { events, end, heard: heard.map((line) => JSON.parse(line) as Heard) };
}

const kinds = ({ events }: Played) => events.map((event) => event.kind);
const valueOf = ({ heard }: Played, what: string) => heard.find((one) => one.what === what)?.value;
const mark: ConversationMark = { id: 'conversation-1', total: { costMicroUsd: 200, tokens: 1000 } };

describe('a turn', () => {
  test('is told event by event, and ends when the agent says that it has done it', async () => {
    const { events, end } = await play('plain');
    expect(end).toEqual({ kind: 'success' });
    expect(events.map((event) => JSON.stringify(event))).toMatchInlineSnapshot(`
      [
        "{"kind":"conversation","mark":{"id":"conversation-1","total":{"costMicroUsd":null,"tokens":null}}}",
        "{"kind":"text","text":"I change a file."}",
        "{"kind":"tool-use","tool":"write","title":"/repo/a.txt"}",
        "{"kind":"tool-result","tool":"write","isError":false,"text":"written"}",
        "{"kind":"file-change","path":"/repo/a.txt"}",
        "{"kind":"usage","usage":{"costMicroUsd":1200,"tokens":null}}",
        "{"kind":"conversation","mark":{"id":"conversation-1","total":{"costMicroUsd":1200,"tokens":null}}}",
        "{"kind":"text","text":"Done."}",
      ]
    `);
  });

  test('shows what a tool is used with where its title is only its name', async () => {
    const { events } = await play('verb');
    expect(events.filter(({ kind }) => kind === 'tool-use')).toEqual([
      { kind: 'tool-use', tool: 'reeve_progress', title: '{"text":"Reading"}' },
    ]);
  });

  test('has the repository as its place, and our verbs as its server', async () => {
    const played = await play('plain');
    const mcpServers = [{ name: 'reeve', command: 'node', args: ['mcp.js'], env: [] }];
    expect(valueOf(played, 'new')).toEqual({ cwd: '/repo', mcpServers });
    expect(valueOf(played, 'prompt')).toEqual([{ type: 'text', text: 'Do it.' }]);
  });

  test('uses the model that was asked for, when the agent lets us choose', async () => {
    expect(valueOf(await play('plain', { task: { model: 'large' } }), 'model')).toBe('large');
    expect(valueOf(await play('plain', { task: { model: 'small' } }), 'model')).toBeUndefined();
    const openCode = await play('plain', { kind: 'opencode', task: { model: 'large' } });
    expect(valueOf(openCode, 'model')).toBe('reeve/large'); // as its configuration, which is ours, names it
  });

  test('begins with no command to the program itself', async () => {
    const played = await play('plain', { task: { prompt: ' /compact' } });
    expect(valueOf(played, 'prompt')).toEqual([{ type: 'text', text: 'The message:\n /compact' }]);
  });
});

describe('an end', () => {
  test.each([
    ['silent', { kind: 'model-failed' }],
    ['unknownReason', { kind: 'crashed' }],
    ['refusal', { kind: 'refused' }],
    ['tooLongContext', { kind: 'context-full' }],
    ['cancelledByItself', { kind: 'crashed' }],
    ['leaves', { kind: 'crashed', detail: 'Its output ended before it said how its turn went.' }],
    ['failed', { kind: 'rate-limited', until: 21_000 }],
    ['no-key', { kind: 'not-authenticated' }],
    ['nameless', { kind: 'crashed' }],
    ['another-version', { kind: 'crashed' }],
  ])('of the story "%s" is %o', async (story, expected) => {
    expect((await play(story)).end).toMatchObject(expected);
  });
});

describe('an agent that lies', () => {
  test('cannot end its turn by what it writes, and speaks for no other conversation', async () => {
    const played = await play('forges');
    expect(played.end).toEqual({ kind: 'success' });
    expect(played.events.filter((event) => event.kind === 'text')).toHaveLength(1);
    expect(played.events).toContainEqual({ kind: 'error', detail: 'It answered what it was not asked.' });
    expect(kinds(played)).not.toContain('permission-request');
    expect(valueOf(played, 'another')).toEqual({ outcome: { outcome: 'cancelled' } });
  });

  test('may write what nobody can read', async () => {
    const played = await play('garbage');
    expect(played.end).toEqual({ kind: 'success' });
    expect(played.events.slice(1).map((event) => JSON.stringify(event))).toMatchInlineSnapshot(`
      [
        "{"kind":"error","detail":"It wrote a line that is no message."}",
        "{"kind":"error","detail":"It wrote a line that is no message."}",
        "{"kind":"error","detail":"It wrote a line that is no message."}",
        "{"kind":"error","detail":"It wrote a line that is no message."}",
        "{"kind":"error","detail":"It wrote a line of more than 16000000 bytes, which was not read."}",
        "{"kind":"text","text":"Still here."}",
      ]
    `);
  });

  test('waits for no answer to a question that is too long, nor do we for its answer', async () => {
    const played = await play('longQuestion');
    expect(played.end).toEqual({ kind: 'success' });
    expect(valueOf(played, 'long')).toMatchObject({ code: -32600 });
    expect((await play('longAnswer')).end).toMatchObject({
      kind: 'model-failed',
      detail: expect.stringContaining('too long') as string,
    });
  });

  test('is told at once that nobody serves it files or terminals', async () => {
    const played = await play('asksForMore');
    expect(valueOf(played, 'fs')).toMatchObject({ code: -32601 });
    expect(valueOf(played, 'terminal')).toMatchObject({ code: -32601 });
  });
});

describe('leave to use a tool', () => {
  const yes = { outcome: { outcome: 'selected', optionId: 'yes' } };
  const no = { outcome: { outcome: 'selected', optionId: 'no' } };

  test('is decided for what will be used, path by path, and never for ever', async () => {
    const asked: PermissionRequest[] = [];
    const played = await play('permission', {
      decide: async (request) => {
        asked.push(request);
        return request.subject === '/etc/passwd' ? { verdict: 'deny', why: 'no' } : { verdict: 'allow' };
      },
    });
    expect(asked.map(({ tool, toolName, subject }) => `${tool} ${toolName}: ${subject}`)).toMatchInlineSnapshot(`
      [
        "shell bash: npm test && rm x",
        "edit 2 files: /repo/a",
        "edit 2 files: /etc/passwd",
        "shell bash: ls",
      ]
    `);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
    const answers = ['shell', 'edit', 'long', 'forever'].map((what) => valueOf(played, what));
    expect(answers).toEqual([yes, no, no, no]);
  });

  test('may be asked for several times at once, and answered in any order', async () => {
    const answers: ((decision: PermissionDecision) => void)[] = [];
    const played = await play('manyAtOnce', {
      decide: () =>
        new Promise((resolve) => {
          answers.push(resolve);
          if (answers.length < 3) return;
          answers[2]!({ verdict: 'allow' });
          answers[1]!({ verdict: 'deny', why: 'no' });
          answers[0]!({ verdict: 'allow' });
        }),
    });
    expect(valueOf(played, 'all')).toEqual([yes, no, yes]);
  });

  test('is given without a word where the sandbox is all that holds it', async () => {
    const decide = vi.fn<NonNullable<Scene['decide']>>();
    const played = await play('manyAtOnce', { decide, task: { mustAsk: false } });
    expect(decide).not.toHaveBeenCalled();
    expect(kinds(played)).not.toContain('permission-request');
    expect(valueOf(played, 'all')).toEqual([yes, yes, yes]);
  });

  test('is denied when nobody can decide', async () => {
    const played = await play('manyAtOnce', { decide: () => Promise.reject(new Error('broken')) });
    expect(valueOf(played, 'all')).toEqual([no, no, no]);
  });

  test('cannot be asked for for ever', async () => {
    const played = await play('asksForEver', { task: { mustAsk: true }, onEvent: () => {} });
    expect(played.end).toEqual({ kind: 'crashed', detail: 'It asked for leave more than 500 times.' });
  }, 30_000);
});

describe('an interrupt', () => {
  test('ends the turn in hand', async () => {
    const played = await play('works', {
      onEvent: (event, conversation) => {
        if (event.kind === 'text') void conversation.interrupt();
      },
    });
    expect(played.end).toEqual({ kind: 'interrupted' });
    expect(valueOf(played, 'cancel')).toEqual({ sessionId: 'conversation-1' });
  });

  test('waits for no answer of people', async () => {
    const played = await play('waitsForLeave', {
      decide: () => new Promise(() => {}),
      onEvent: (event, conversation) => {
        if (event.kind === 'permission-request') void conversation.interrupt();
      },
    });
    expect(played.end).toEqual({ kind: 'interrupted' });
    expect(valueOf(played, 'shell')).toEqual({ outcome: { outcome: 'cancelled' } });
  });

  test('leaves nobody waiting who wanted to say something', async () => {
    const told: Promise<boolean>[] = [];
    await play('works', {
      onEvent: (event, conversation) => {
        if (event.kind !== 'conversation') return;
        told.push(conversation.tell('one'));
        void conversation.interrupt();
        told.push(conversation.tell('two'));
      },
    });
    expect(await Promise.all(told)).toEqual([false, false]);
  });
});

describe('what is said meanwhile', () => {
  const tellOnce = (told: Promise<boolean>[]) => (event: AgentEvent, conversation: Conversation) => {
    if (event.kind === 'conversation' && told.length === 0) told.push(conversation.tell('And this.'));
  };

  test('is the next turn', async () => {
    const told: Promise<boolean>[] = [];
    const played = await play('twoTurns', { onEvent: tellOnce(told) });
    expect(await Promise.all(told)).toEqual([true]);
    expect(played.heard.filter(({ what }) => what === 'prompt')).toHaveLength(2);
    expect(played.events.filter((event) => event.kind === 'text')).toHaveLength(2);
  });

  test('goes into the turn in hand where the program takes it', async () => {
    const told: Promise<boolean>[] = [];
    const played = await play('steered', { kind: 'opencode', onEvent: tellOnce(told) });
    expect(await Promise.all(told)).toEqual([true]);
    expect(played.end).toEqual({ kind: 'success' });
  });

  test('is not taken up when the conversation is over before', async () => {
    const told: Promise<boolean>[] = [];
    await play('leaves', { onEvent: tellOnce(told) });
    expect(await Promise.all(told)).toEqual([false]);
  });
});

describe('a conversation that goes on', () => {
  const resumed = { isResume: true, mark };

  test.each(['resume', 'load'])('is taken up by %s, and its past is not told again', async (story) => {
    const played = await play(story, { task: resumed });
    expect(valueOf(played, story)).toMatchObject({ sessionId: 'conversation-1', cwd: '/repo' });
    expect(played.events[0]).toEqual({ kind: 'conversation', mark });
    expect(JSON.stringify(played.events)).not.toContain('before');
  });

  test('is charged for what this run used alone', async () => {
    const { events } = await play('resume', { kind: 'gemini', task: resumed });
    const usages = events.flatMap((event) => (event.kind === 'usage' ? [event.usage] : []));
    expect(usages.at(-1)).toEqual({ costMicroUsd: 1000, tokens: 507 });
    const marks = events.flatMap((event) => (event.kind === 'conversation' ? [event.mark.total] : []));
    expect(marks.at(-1)).toEqual({ costMicroUsd: 1200, tokens: 1507 });
  });

  test('begins anew when the agent has lost it, and says so', async () => {
    const played = await play('lost', { task: resumed });
    expect(played.events[0]).toMatchObject({ kind: 'conversation', mark: { total: { tokens: null } } });
    expect(played.events[1]).toMatchObject({
      kind: 'error',
      detail: expect.stringContaining('could not take up') as string,
    });
    expect(played.end).toEqual({ kind: 'success' });
  });
});
