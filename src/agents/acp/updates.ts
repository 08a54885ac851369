import type { AgentEvent } from '../../domain/run/conversation.ts';
import { clip, clipToLine } from '../clip.ts';
import { createToolCalls, type ToolCall, type ToolCalls } from './tool-calls.ts';
import { fieldsOf, listOf, textOf, type Fields } from './untrusted.ts';

const TEXT_CHARACTERS_MAX = 8000; // a long message; what is longer comes in several events
const RESULT_CHARACTERS_MAX = 4000; // the head of a tool's output; the rest is in nobody's interest
const TITLE_CHARACTERS_MAX = 300;

/** Turns what the agent tells between a prompt and its answer into events, in the same order. */
export type Updates = {
  /** `update` of a `session/update`; one that is of no known kind gives nothing. */
  take(update: Fields): readonly AgentEvent[];
  /** What it has said and that was held back to be told in one piece. */
  flush(): readonly AgentEvent[];
  readonly calls: ToolCalls;
  /** How often it said something or used a tool. */
  signs(): number;
};

export function createUpdates(): Updates {
  const calls = createToolCalls();
  let text = '';
  let messageId: string | null = null;
  let signs = 0;

  const flush = (): readonly AgentEvent[] => {
    const said = text;
    text = '';
    return said.trim() === '' ? [] : [{ kind: 'text', text: said }];
  };
  const say = (update: Fields): readonly AgentEvent[] => {
    const said = textOf(fieldsOf(update['content'])['text']);
    if (said === null) return [];
    signs += 1;
    const id = textOf(update['messageId']);
    const events = [...(id === messageId ? [] : flush())];
    messageId = id;
    text += said;
    while (text.length >= TEXT_CHARACTERS_MAX) {
      events.push({ kind: 'text', text: text.slice(0, TEXT_CHARACTERS_MAX) });
      text = text.slice(TEXT_CHARACTERS_MAX);
    }
    return events;
  };
  const use = (update: Fields, isNew: boolean): readonly AgentEvent[] => {
    const call = calls.learn(update, isNew);
    if (call === null || call.isOver) return [];
    signs += 1;
    const isOver = update['status'] === 'completed' || update['status'] === 'failed';
    const mayShow = isOver || update['status'] === 'in_progress' || !isBare(call);
    const show = mayShow && !call.wasShown;
    calls.note({ ...call, wasShown: call.wasShown || show, isOver });
    return [...flush(), ...(show ? [toolUse(call)] : []), ...(isOver ? toolEnd(call, update) : [])];
  };

  return {
    take(update) {
      switch (update['sessionUpdate']) {
        case 'agent_message_chunk':
          return say(update);
        case 'tool_call':
          return use(update, true);
        case 'tool_call_update':
          return use(update, false);
        case 'agent_thought_chunk':
        case 'plan':
        case 'usage_update':
          return flush(); // it has said what it had to say
        default:
          return [];
      }
    },
    flush,
    calls,
    signs: () => signs,
  };
}

/** Announced before anything is known of it. */
function isBare(call: ToolCall): boolean {
  if (call.kind === 'execute') return call.command === null; // where it runs is told before what
  const isNamed = call.title === call.name && call.input === null;
  return call.command === null && call.url === null && call.paths.length === 0 && isNamed;
}

export function toolUse(call: ToolCall): AgentEvent {
  const isOnPaths = call.kind !== 'execute' && call.paths.length > 0;
  const title = call.command ?? call.url ?? (isOnPaths ? call.paths.join(', ') : described(call));
  return { kind: 'tool-use', tool: call.name, title: clipToLine(title, TITLE_CHARACTERS_MAX) };
}

/** A title that is only the tool's name says less than what it is used with. */
function described({ title, name, input }: ToolCall): string {
  return title === name && input !== null ? input : title;
}

function toolEnd(call: ToolCall, update: Fields): readonly AgentEvent[] {
  const isError = update['status'] === 'failed';
  const text = listOf(update['content'])
    .map((part) => textOf(fieldsOf(fieldsOf(part)['content'])['text']) ?? '')
    .join('\n');
  const changes = !isError && ['edit', 'delete', 'move'].includes(call.kind) ? call.paths : [];
  return [
    { kind: 'tool-result', tool: call.name, isError, text: clip(text, RESULT_CHARACTERS_MAX) },
    ...changes.map((path): AgentEvent => ({ kind: 'file-change', path })),
  ];
}
