import { randomUUID } from 'node:crypto';

import type { AgentEvent, ConversationEnd } from '../../domain/run/conversation.ts';
import { unreachable } from '../../lib/never.ts';
import type { AgentTask, Channel, Conversation } from '../agent.ts';
import { clip, clipToLine } from '../clip.ts';
import { readLines } from '../read-lines.ts';
import { endOf } from './ends.ts';
import { Leaves, WISHES_MAX } from './leaves.ts';
import { decisionMessage, initializeMessage, interruptMessage, refusalMessage, userMessage } from './messages-to-it.ts';
import { type Message, readMessage, requestIdOf, type ResultMessage } from './messages.ts';
import { conversationOf } from './start.ts';
import { ToolUses } from './tool-uses.ts';
import { UsageMeter } from './usage-meter.ts';

const LINE_BYTES_MAX = 16 * 1024 * 1024; // a result with a picture in it comes near
const TEXT_CHARS_MAX = 16_000; // one text of the agent; the transcript has the rest
const DETAIL_CHARS_MAX = 300; // a sentence or two
const COMPLAINTS_MAX = 100; // what it says wrongly after that is not told any more: it may do so for ever
const HELD_EVENTS_MAX = 100; // said before there is a conversation
const WORDS_IN_FLIGHT_MAX = 100; // told, and not yet taken up
const LATE_WORDS_MS_MAX = 30_000; // for words that crossed its last result; it takes up such words at once
const INTERRUPT_MS_MAX = 10_000; // it lets go of the model at once, and of a tool within seconds

/** A live exchange with Claude Code by its control protocol. */
export class ClaudeCodeConversation implements Conversation {
  readonly ended: Promise<ConversationEnd>;
  readonly #channel: Channel;
  readonly #meter: UsageMeter;
  readonly #tools: ToolUses;
  readonly #leaves: Leaves;
  readonly #promptId = randomUUID();
  readonly #words = new Map<string, (isTakenUp: boolean) => void>();
  #resolve: (end: ConversationEnd) => void = () => undefined;
  #id: string;
  #isKnown = false;
  #held: AgentEvent[] = [];
  #complaints = 0;
  #error: string | null = null;
  #limitedUntil: number | null = null;
  /** How it ends if the words in flight are not taken up. */
  #endInWaiting: ConversationEnd | null = null;
  /** How it ends because we stopped it. */
  #stopped: ConversationEnd | null = null;
  #isOver = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(task: AgentTask, channel: Channel) {
    this.#channel = channel;
    this.#id = conversationOf(task);
    this.#meter = new UsageMeter(task.mark?.total ?? null);
    this.#tools = new ToolUses(task.repoPath);
    this.#leaves = new Leaves({
      repoPath: task.repoPath,
      onRequest: (request) => this.#tell({ kind: 'permission-request', request }),
      decide: (request) => channel.decide(request),
      answer: ({ id, input }, decision) => this.#say(decisionMessage(id, input, decision)),
      onTooMany: () => this.#stop({ kind: 'crashed', detail: `It asked for leave more than ${WISHES_MAX} times.` }),
    });
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    channel.input.on('error', () => undefined); // its program is gone; the end of its output says so, too
    void readLines(channel.output, {
      bytesMax: LINE_BYTES_MAX,
      onLine: (line) => this.#hear(line),
      onTooLong: (_bytes, head) => this.#passOver(head),
    }).then(() => this.#hearNoMore());
    this.#say(initializeMessage);
    this.#say(userMessage(this.#promptId, task.prompt));
  }

  tell(text: string): Promise<boolean> {
    const mayTell = !this.#isOver && this.#stopped === null && this.#words.size < WORDS_IN_FLIGHT_MAX;
    if (!mayTell) return Promise.resolve(false);
    const id = randomUUID();
    return new Promise((resolve) => {
      this.#words.set(id, resolve);
      this.#say(userMessage(id, text));
    });
  }

  async interrupt(): Promise<void> {
    if (!this.#isOver) this.#stop({ kind: 'interrupted' });
    await this.ended;
  }

  #stop(end: ConversationEnd): void {
    if (this.#stopped !== null) return;
    this.#stopped = end;
    this.#leaves.close();
    this.#say(interruptMessage);
    this.#wait(INTERRUPT_MS_MAX, end);
  }

  #hear(line: string): void {
    if (this.#isOver) return;
    const message = readMessage(line);
    if (message === undefined) this.#complain(`It wrote a line that is not of its protocol: ${line}`);
    else if (message !== null && this.#isOurs(message)) this.#take(message);
  }

  #passOver(head: string): void {
    if (this.#isOver) return;
    this.#complain(`It wrote a line of more than ${LINE_BYTES_MAX} bytes, which was skipped.`);
    const id = requestIdOf(head);
    if (id !== null) this.#say(refusalMessage(id, 'The request is too long.'));
  }

  #hearNoMore(): void {
    this.#end(this.#endInWaiting ?? this.#stopped ?? { kind: 'crashed', detail: 'It ended without a result.' });
  }

  /** Until it has said what it calls its conversation, any name may be ours. */
  #isOurs(message: Message): boolean {
    const id = 'session_id' in message ? message.session_id : null;
    if (!this.#isKnown || typeof id !== 'string' || id === this.#id) return true;
    this.#complain(`It spoke of another conversation: ${id}`);
    return false;
  }

  #take(message: Message): void {
    switch (message.type) {
      case 'system':
        return this.#takeSystem(message);
      case 'assistant':
        return this.#takeReply(message);
      case 'user':
        if (typeof message.uuid === 'string') this.#takeWord(message.uuid, 'completed'); // older ones say no more
        for (const block of message.message.content) {
          if (block?.type !== 'tool_result') continue;
          for (const event of this.#tools.end(block.tool_use_id, block.is_error === true, block.content)) {
            this.#tell(event);
          }
        }
        return undefined;
      case 'rate_limit_event': {
        const { status, resetsAt } = message.rate_limit_info; // in seconds
        if (status === 'rejected' && resetsAt !== undefined) this.#limitedUntil = resetsAt * 1000;
        return undefined;
      }
      case 'command_lifecycle':
        return this.#takeWord(message.command_uuid, message.state);
      case 'control_request':
        return this.#takeRequest(message);
      case 'control_cancel_request':
        return this.#leaves.withdraw(message.request_id);
      case 'result':
        return this.#takeResult(message);
      case 'reeve':
        this.#meter.forget();
        return this.#complain('Its conversation was not there any more; it began anew.');
      default:
        return unreachable(message);
    }
  }

  #takeSystem(message: Extract<Message, { type: 'system' }>): void {
    if (message.subtype === 'init') return this.#begin(message.session_id ?? this.#id);
    if (message.subtype !== 'api_retry') return;
    const { attempt, max_retries: attemptsMax, retry_delay_ms: delayMs, error_status: status, error } = message;
    const who = [error ?? 'unknown', typeof status === 'number' ? `HTTP ${status}` : null];
    const detail = `${who.filter((word) => word !== null).join(', ')}: try ${attempt ?? '?'} of ${attemptsMax ?? '?'}`;
    const retryAt = delayMs === undefined ? null : this.#channel.now() + delayMs;
    this.#tell({ kind: 'retrying', detail: clipToLine(detail, DETAIL_CHARS_MAX), retryAt });
  }

  /** It says so at the beginning of every turn. */
  #begin(id: string): void {
    if (this.#isKnown) return;
    if (id !== this.#id) this.#complain(`It calls its conversation ${id}, not ${this.#id}.`);
    this.#id = id;
    this.#isKnown = true;
    this.#tellMark();
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#tell(event);
  }

  #takeReply({ message, error }: Extract<Message, { type: 'assistant' }>): void {
    if (typeof error === 'string') {
      this.#error = error; // its text is the program's own, and comes again in the result
      return;
    }
    for (const block of message.content) {
      if (block?.type === 'text') this.#tell({ kind: 'text', text: clip(block.text, TEXT_CHARS_MAX) });
      if (block?.type === 'tool_use') this.#tell(this.#tools.begin(block.id, block.name, block.input));
    }
    if (message.usage === undefined) return;
    const before = this.#meter.used.tokens ?? 0;
    this.#meter.addReply(message.id, message.usage);
    if ((this.#meter.used.tokens ?? 0) > before) this.#tell({ kind: 'usage', usage: this.#meter.used });
  }

  #takeWord(id: string, state: string): void {
    const isTakenUp = state === 'started' || state === 'completed';
    const isGone = state === 'cancelled' || state === 'discarded' || state === 'refused';
    if (!isTakenUp && !isGone) return;
    if (id === this.#promptId && isGone && this.#stopped !== null) return this.#end(this.#stopped);
    const settle = this.#words.get(id);
    if (settle === undefined) return;
    this.#words.delete(id);
    settle(isTakenUp);
    if (this.#endInWaiting === null) return;
    if (isTakenUp) this.#goOn();
    else if (this.#words.size === 0) this.#end(this.#endInWaiting);
  }

  /** Words that crossed its result have begun another turn. */
  #goOn(): void {
    this.#endInWaiting = null;
    if (this.#stopped === null) this.#clearTimer();
  }

  #takeRequest({ request_id: id, request }: Extract<Message, { type: 'control_request' }>): void {
    if (request.subtype !== 'can_use_tool' || request.tool_name === undefined) {
      return this.#say(refusalMessage(id, 'This request is not served here.'));
    }
    this.#leaves.ask({ id, toolName: request.tool_name, input: request.input ?? {} });
  }

  #takeResult(result: ResultMessage): void {
    const end = endOf(result, { error: this.#error, limitedUntil: this.#limitedUntil }, this.#stopped !== null);
    this.#error = null;
    for (const id of result.user_message_uuids ?? []) this.#takeWord(id, 'completed');
    const { total } = this.#meter;
    this.#meter.addResult(result);
    const { costMicroUsd, tokens } = this.#meter.total;
    if (costMicroUsd !== total.costMicroUsd || tokens !== total.tokens) this.#tellMark();
    this.#tell({ kind: 'usage', usage: this.#meter.used });
    if (end.kind !== 'success' || this.#words.size === 0) {
      this.#end(end.kind === 'interrupted' ? (this.#stopped ?? end) : end);
      return;
    }
    this.#endInWaiting = end;
    if (this.#stopped === null) this.#wait(LATE_WORDS_MS_MAX, end);
  }

  #wait(ms: number, end: ConversationEnd): void {
    this.#clearTimer();
    this.#timer = setTimeout(() => this.#end(end), ms);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #end(end: ConversationEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clearTimer();
    this.#leaves.close();
    for (const event of this.#held) this.#channel.onEvent(event);
    this.#held = [];
    for (const settle of this.#words.values()) settle(false);
    this.#words.clear();
    this.#channel.input.end();
    this.#resolve(end);
  }

  #complain(detail: string): void {
    this.#complaints += 1;
    if (this.#complaints <= COMPLAINTS_MAX) {
      this.#tell({ kind: 'error', detail: clipToLine(detail, DETAIL_CHARS_MAX) });
    }
  }

  #tellMark(): void {
    this.#tell({ kind: 'conversation', mark: { id: this.#id, total: this.#meter.total } });
  }

  /** The conversation comes before everything else. */
  #tell(event: AgentEvent): void {
    if (this.#isOver) return;
    if (this.#isKnown) this.#channel.onEvent(event);
    else if (this.#held.length < HELD_EVENTS_MAX && event.kind !== 'conversation') this.#held.push(event);
  }

  #say(message: object): void {
    if (!this.#isOver && this.#channel.input.writable) this.#channel.input.write(`${JSON.stringify(message)}\n`);
  }
}
