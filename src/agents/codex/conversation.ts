import type { z } from 'zod';

import type { AgentEvent, ConversationEnd } from '../../domain/run/conversation.ts';
import type { AgentTask, Channel, Conversation } from '../agent.ts';
import { clipToLine } from '../clip.ts';
import { readLines } from '../read-lines.ts';
import { endOfError, endOfTurn, retryAtOf } from './ends.ts';
import { eventsOfEnd, eventsOfStart } from './items.ts';
import { createLeaves, type Leaves } from './leaves.ts';
import { createMessagesToTurn, type MessagesToTurn } from './messages-to-turn.ts';
import { createPeer, type Answer, type Peer } from './peer.ts';
import { readAsked } from './permissions.ts';
import * as protocol from './protocol.ts';
import { greeting, newTurn, threadOptions } from './requests.ts';
import { createUsageMeter, type UsageMeter } from './usage-meter.ts';

/** The largest lines are patches and outputs of tools, which Codex itself keeps below a few megabytes. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** What it says that it wants noticed, or that we cannot read: enough to see what is wrong. */
const NOTICES_MAX = 100;
/** Patches that are announced and not over: Codex makes them one at a time. */
const PATCHES_MAX = 64;
/** From the start of its program to its first turn; it reads its files and starts our MCP server meanwhile. */
const OPENING_MS_MAX = 3 * 60_000;
/** How long it may wait before it tries its model again; a longer wait is made without a slot. Seen: hours, if the provider says so. */
const RETRY_WAIT_MS_MAX = 2 * 60_000;
/** An interrupt is answered at once; one that is not is over for us. */
const INTERRUPT_MS_MAX = 10_000;
/** A turn that is over says so within milliseconds. */
const REST_MS_MAX = 30_000;
const DETAIL_CHARS_MAX = 500;

/** Speaks with `codex app-server`: one thread, one turn. It is closed when it has ended. */
export class CodexConversation implements Conversation {
  readonly ended: Promise<ConversationEnd>;
  readonly #task: AgentTask;
  readonly #channel: Channel;
  readonly #peer: Peer;
  readonly #messages: MessagesToTurn;
  readonly #leaves: Leaves;
  readonly #patches = new Map<string, readonly protocol.FileUpdate[]>();
  #settle: (end: ConversationEnd) => void = () => undefined;
  #meter: UsageMeter;
  #threadId: string | null = null;
  #turnId: string | null = null;
  /** Events from before there is a conversation. */
  #early: AgentEvent[] | null = [];
  #notices = 0;
  #windows: readonly protocol.LimitWindow[] = [];
  #lastError: protocol.TurnError | null = null;
  /** What the end will be if it comes because we asked for it. */
  #stopsAs: ConversationEnd | null = null;
  /** It has said or done something in its turn. */
  #hasActed = false;
  #isOver = false;
  #clock: NodeJS.Timeout | undefined;

  constructor(task: AgentTask, channel: Channel) {
    this.#task = task;
    this.#channel = channel;
    this.#meter = createUsageMeter(task.mark?.total.tokens ?? null);
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.#peer = createPeer(channel.input, {
      onNotice: (method, params) => this.#hear(method, params),
      onRequest: (id, method, params) => this.#serve(id, method, params),
      onGarbage: () => this.#notice('It wrote a line that is not of its protocol.'),
      onDeaf: (why) => this.#finish(this.#stopsAs ?? { kind: 'crashed', detail: `It cannot be spoken to: ${why}.` }),
    });
    this.#messages = createMessagesToTurn(this.#peer);
    this.#leaves = createLeaves({
      peer: this.#peer,
      channel: { onEvent: (event) => this.#tell(event), decide: (request) => channel.decide(request) },
      explain: (why) => void this.#messages.say(`You may not do that. ${why}`),
      onTooMany: () => this.#stop({ kind: 'needs-input', detail: 'It asked for leave over and over.' }),
    });
    void readLines(channel.output, {
      bytesMax: LINE_BYTES_MAX,
      onLine: (line) => this.#peer.receive(line),
      onTooLong: () => this.#notice(`It wrote a line of more than ${LINE_BYTES_MAX} bytes, which was skipped.`),
    }).then(() => this.#finish(this.#endOfOutput()));
    this.#within(OPENING_MS_MAX, () => ({ kind: 'crashed', detail: 'It did not begin its turn in three minutes.' }));
    this.#open();
  }

  tell(text: string): Promise<boolean> {
    return this.#messages.say(text);
  }

  async interrupt(): Promise<void> {
    this.#stop({ kind: 'interrupted' });
    await this.ended;
  }

  #open(): void {
    this.#peer.ask('initialize', greeting, (answer) => {
      if (!this.#isFine(answer, 'greet us')) return;
      this.#peer.notify('initialized');
      const { mark } = this.#task;
      if (mark === null) this.#startThread();
      else this.#resumeThread(mark.id);
    });
  }

  #resumeThread(id: string): void {
    const options = { ...threadOptions(this.#task), threadId: id, excludeTurns: true };
    // What it had used before is in a notice that may come before the answer.
    this.#threadId = id;
    this.#peer.ask('thread/resume', options, (answer) => {
      const thread = answer.kind === 'result' ? protocol.threadAnswer.safeParse(answer.result).data : undefined;
      if (thread?.thread.id === id) {
        this.#startTurn(id, this.#task.mark?.total.tokens ?? null);
        return;
      }
      const why = answer.kind === 'error' ? clipToLine(answer.message, DETAIL_CHARS_MAX) : 'it took up another one';
      this.#notice(`It could not take up its conversation, and begins a new one: ${why}`);
      this.#startThread();
    });
  }

  #startThread(): void {
    this.#threadId = null;
    this.#meter = createUsageMeter(0);
    this.#early = (this.#early ?? []).filter(({ kind }) => kind === 'error'); // no totals of a conversation that is lost
    this.#peer.ask('thread/start', threadOptions(this.#task), (answer) => {
      if (!this.#isFine(answer, 'begin a conversation')) return;
      const thread = protocol.threadAnswer.safeParse(answer.result).data;
      if (thread === undefined) this.#finish({ kind: 'crashed', detail: 'It did not name its conversation.' });
      else this.#startTurn(thread.thread.id, 0);
    });
  }

  #startTurn(threadId: string, tokens: number | null): void {
    this.#threadId = threadId;
    this.#channel.onEvent({ kind: 'conversation', mark: { id: threadId, total: { costMicroUsd: null, tokens } } });
    const early = this.#early ?? [];
    this.#early = null;
    early.forEach((event) => this.#channel.onEvent(event));
    this.#peer.ask('turn/start', newTurn(threadId, this.#task.prompt), (answer) => {
      if (!this.#isFine(answer, 'begin its turn')) return;
      const turn = protocol.turnAnswer.safeParse(answer.result).data;
      if (turn === undefined) this.#finish({ kind: 'crashed', detail: 'It did not name its turn.' });
      else this.#beginTurn(turn.turn.id);
    });
  }

  #beginTurn(turnId: string): void {
    if (this.#threadId === null || this.#turnId !== null) return;
    this.#turnId = turnId;
    if (this.#stopsAs === null) {
      this.#within(null);
      this.#messages.open(this.#threadId, turnId);
    } else {
      this.#sendInterrupt();
    }
  }

  /** One that ended before it began has no turn to interrupt. */
  #stop(end: ConversationEnd): void {
    if (this.#isOver || this.#stopsAs !== null) return;
    this.#stopsAs = end;
    this.#within(INTERRUPT_MS_MAX, () => end);
    if (this.#turnId !== null) this.#sendInterrupt();
    else if (this.#early !== null) this.#finish(end);
  }

  #sendInterrupt(): void {
    this.#peer.ask('turn/interrupt', { threadId: this.#threadId, turnId: this.#turnId }, () => undefined);
  }

  #isFine(answer: Answer, what: string): answer is Answer & { kind: 'result' } {
    if (answer.kind === 'result') return true;
    const detail = `It would not ${what}: ${clipToLine(answer.message, DETAIL_CHARS_MAX)}`;
    this.#finish(this.#stopsAs ?? { kind: 'crashed', detail });
    return false;
  }

  #hear(method: string, params: unknown): void {
    switch (method) {
      case 'turn/completed':
        return this.#read(protocol.turnCompleted, params, ({ threadId, turn }) => {
          if (this.#isOurs(threadId, turn.id)) this.#finish(this.#endOf(turn));
        });
      case 'item/started':
      case 'item/completed':
        return this.#read(protocol.itemNotice, params, ({ threadId, turnId, item }) => {
          if (this.#isOurs(threadId, turnId)) this.#hearItem(item, method === 'item/completed');
        });
      case 'error':
        return this.#read(protocol.errorNotice, params, (notice) => {
          if (this.#isOurs(notice.threadId, notice.turnId)) this.#hearError(notice);
        });
      case 'thread/tokenUsage/updated':
        return this.#read(protocol.usageNotice, params, (notice) => this.#hearUsage(notice));
      case 'thread/status/changed':
        return this.#read(protocol.statusNotice, params, ({ threadId, status }) => {
          if (threadId === this.#threadId && status.type !== 'active') this.#hearRest();
        });
      case 'account/rateLimits/updated':
        return this.#read(protocol.limitsNotice, params, ({ rateLimits }) => {
          const windows = [rateLimits.primary, rateLimits.secondary].filter((window) => window !== null);
          if (windows.length > 0) this.#windows = windows;
        });
      case 'serverRequest/resolved':
        return this.#read(protocol.resolvedNotice, params, ({ requestId }) => this.#leaves.withdraw(requestId));
      case 'mcpServer/startupStatus/updated':
        return this.#read(protocol.serverNotice, params, ({ name, status, error }) => {
          if (status === 'failed') this.#notice(`Its MCP server ${name} did not start: ${error ?? 'no reason given'}`);
        });
      case 'warning':
      case 'configWarning':
        return this.#read(protocol.warningNotice, params, ({ message, summary }) => {
          this.#notice(`It warns: ${message ?? summary ?? ''}`);
        });
      default: // what else it tells is nothing that we need
    }
  }

  #hearItem(raw: unknown, isOver: boolean): void {
    if (this.#stopsAs === null) this.#within(null); // it is at work
    const item = protocol.item.safeParse(raw).data;
    this.#hasActed ||= protocol.deed.safeParse(raw).success;
    if (isOver) this.#messages.offerAgain();
    if (item === undefined) return;
    if (item.type === 'userMessage' && isOver) this.#messages.taken(item.clientId ?? '');
    if (item.type === 'fileChange') {
      this.#patches.delete(item.id);
      if (!isOver && this.#patches.size < PATCHES_MAX) this.#patches.set(item.id, item.changes);
    }
    const events = (isOver ? eventsOfEnd : eventsOfStart)(item, this.#task.repoPath);
    events.forEach((event) => this.#tell(event));
  }

  #hearUsage({ threadId, turnId, tokenUsage }: z.infer<typeof protocol.usageNotice>): void {
    if (threadId !== this.#threadId) return;
    const heard = {
      totalTokens: tokenUsage.total.totalTokens,
      lastTokens: tokenUsage.last.totalTokens,
      isOfThisRun: turnId === this.#turnId,
    };
    const { usedTokens, totalTokens } = this.#meter.hear(heard);
    const total = { costMicroUsd: null, tokens: totalTokens };
    this.#tell({ kind: 'conversation', mark: { id: threadId, total } });
    this.#tell({ kind: 'usage', usage: { costMicroUsd: null, tokens: usedTokens } });
  }

  /** It works no more. Its word for how the turn went comes right after this, or never. */
  #hearRest(): void {
    if (this.#turnId === null || this.#stopsAs !== null) return;
    this.#within(REST_MS_MAX, () => ({
      kind: 'crashed',
      detail: 'It stopped working and did not say how its turn went.',
    }));
  }

  #hearError({ error, willRetry }: z.infer<typeof protocol.errorNotice>): void {
    this.#lastError = error;
    const detail = clipToLine(`${error.message} ${error.additionalDetails ?? ''}`, DETAIL_CHARS_MAX);
    if (willRetry) this.#tell({ kind: 'retrying', detail, retryAt: retryAtOf(error, this.#channel.now()) });
    else this.#tell({ kind: 'error', detail });
    if (this.#stopsAs === null) this.#within(RETRY_WAIT_MS_MAX, () => this.#endOfPatience(error));
  }

  #endOfPatience(error: protocol.TurnError): null {
    this.#stop(endOfError(error, { windows: this.#windows, now: this.#channel.now() }));
    return null;
  }

  #serve(id: protocol.RequestId, method: string, params: unknown): void {
    const known = { changesOf: (itemId: string) => this.#patches.get(itemId), repoPath: this.#task.repoPath };
    const asked = readAsked(method, params, known);
    if (asked === null) this.#peer.refuse(id, 'This is not served here: the run has no person beside it.');
    else if (asked.threadId !== this.#threadId) this.#peer.refuse(id, 'This is another conversation.');
    else this.#leaves.ask(id, asked);
  }

  #read<T>(schema: z.ZodType<T>, params: unknown, onRead: (read: T) => void): void {
    const read = schema.safeParse(params);
    if (read.success) onRead(read.data);
    else this.#notice('It said something that is not of its protocol.');
  }

  #isOurs(threadId: string, turnId: string): boolean {
    return threadId === this.#threadId && turnId === this.#turnId;
  }

  #endOf(turn: protocol.TurnOutcome): ConversationEnd {
    if (this.#stopsAs !== null && turn.status === 'interrupted') return this.#stopsAs;
    const end = endOfTurn(turn, this.#lastError, { windows: this.#windows, now: this.#channel.now() });
    // Codex passes over the words with which a model refuses, and calls the turn completed.
    if (end.kind !== 'success' || this.#hasActed) return end;
    return { kind: 'refused', detail: 'It ended its turn without a word and without a deed.' };
  }

  #endOfOutput(): ConversationEnd {
    if (this.#stopsAs !== null) return this.#stopsAs;
    const said = this.#lastError === null ? '' : ` Its last words: ${this.#lastError.message}`;
    const when = this.#turnId === null ? 'before its turn began' : 'in the middle of its turn';
    return { kind: 'crashed', detail: clipToLine(`Its output ended ${when}.${said}`, DETAIL_CHARS_MAX) };
  }

  #notice(detail: string): void {
    this.#notices += 1;
    if (this.#notices <= NOTICES_MAX) this.#tell({ kind: 'error', detail: clipToLine(detail, DETAIL_CHARS_MAX) });
  }

  #tell(event: AgentEvent): void {
    if (this.#isOver) return;
    if (this.#early === null) this.#channel.onEvent(event);
    else if (this.#early.length < NOTICES_MAX) this.#early.push(event);
  }

  /** Only one thing is waited for at a time. `onLate` gives the end, or null when that will come by itself. */
  #within(waitMs: number | null, onLate: () => ConversationEnd | null = () => null): void {
    clearTimeout(this.#clock);
    if (waitMs === null || this.#isOver) return;
    this.#clock = setTimeout(() => {
      const end = onLate();
      if (end !== null) this.#finish(end);
    }, waitMs);
  }

  #finish(end: ConversationEnd): void {
    if (this.#isOver) return;
    this.#early?.forEach((event) => this.#channel.onEvent(event));
    this.#isOver = true;
    this.#within(null);
    this.#leaves.close();
    this.#messages.close();
    this.#peer.close();
    this.#settle(end);
  }
}
