import type { AgentEvent, ConversationEnd } from '../../domain/run/conversation.ts';
import type { AgentTask, Channel, Conversation } from '../agent.ts';
import { clipToLine } from '../clip.ts';
import { openAccount, type Account } from './account.ts';
import { createAsking, type Asking } from './asking.ts';
import { connect, type AcpConnection } from './connection.ts';
import type { Dialect } from './dialect.ts';
import { endOfFailure, endOfTurn } from './ends.ts';
import { isAnswer, openSession, ProtocolError } from './session.ts';
import { holdBack, type HeldBack } from './held-back.ts';
import { fieldsOf, type Fields } from './untrusted.ts';
import { createUpdates } from './updates.ts';
import { createWordsInHand, type Words } from './words.ts';

const INTERRUPT_MS_MAX = 10_000; // an agent that hears it ends its turn at once; one that does not is ended by the run host
const DETAIL_CHARACTERS_MAX = 500; // a sentence or two

/**
 * One conversation over the Agent Client Protocol. The protocol knows no way to speak into a turn: what is said meanwhile is
 * a prompt of its own, at once where the program reads it between two steps of the turn in hand, otherwise when that is over.
 * The first counts as taken up when the program has answered it, the second with the first sign of its turn.
 */
export function openConversation(dialect: Dialect, task: AgentTask, channel: Channel): Conversation {
  const talk = new Talk(dialect, task, channel);
  void talk.run();
  return {
    ended: talk.ended,
    tell: (text) => new Promise((settle) => talk.tell({ text, settle })),
    interrupt: async () => talk.stop({ kind: 'interrupted' }),
  };
}

/** Closed by its end, which comes once. */
class Talk {
  readonly ended: Promise<ConversationEnd>;
  readonly #dialect: Dialect;
  readonly #task: AgentTask;
  readonly #channel: Channel;
  readonly #updates = createUpdates();
  readonly #words = createWordsInHand();
  readonly #events: HeldBack;
  readonly #asking: Asking;
  #settle: (end: ConversationEnd) => void = () => {};
  #account: Account = openAccount(null);
  #connection: AcpConnection | null = null;
  #sessionId: string | null = null;
  #isOver = false;
  #wanted: ConversationEnd | null = null;
  #timer: NodeJS.Timeout | undefined;
  #openTurns = 0;
  #signsBefore = 0;

  constructor(dialect: Dialect, task: AgentTask, channel: Channel) {
    this.#dialect = dialect;
    this.#task = task;
    this.#channel = channel;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.#events = holdBack((event) => channel.onEvent(event));
    this.#asking = createAsking({
      mustAsk: task.mustAsk,
      decide: (request) => channel.decide(request),
      calls: this.#updates.calls,
      emit: (event) => this.#emitAll([...this.#updates.flush(), event]),
      isOurs: (params) => params['sessionId'] === this.#sessionId,
      onEndless: (detail) => this.stop({ kind: 'crashed', detail }),
    });
  }

  async run(): Promise<void> {
    try {
      this.#connection = await connect(this.#channel, {
        onUpdate: (params) => this.#hear(params),
        onUnreadable: (detail) => this.#emitAll([{ kind: 'error', detail }]),
        onFlood: () => this.#finish({ kind: 'crashed', detail: 'It asked more than anybody can answer.' }),
        answer: (params, takenBack) => this.#asking.answer(params, takenBack),
      });
      if (this.#isOver) return this.#connection.close();
      const session = await openSession(this.#connection.agent, this.#dialect, this.#task);
      if (this.#isOver) return;
      this.#sessionId = session.id;
      if (session.isOld) this.#account = openAccount(this.#task.mark);
      this.#events.open({ kind: 'conversation', mark: { id: session.id, total: this.#account.total() } });
      this.#emitAll(session.problems.map((detail) => ({ kind: 'error', detail })));
      this.#prompt(this.#task.prompt);
      if (!this.#dialect.takesPromptsWhileBusy) return;
      for (let words = this.#words.next(); words !== null; words = this.#words.next()) this.#prompt(words.text, words);
    } catch (error) {
      this.#fail(error);
    }
  }

  tell(words: Words): void {
    const isLate = this.#isOver || this.#wanted !== null;
    if (!isLate && this.#sessionId !== null && this.#dialect.takesPromptsWhileBusy) this.#prompt(words.text, words);
    else if (isLate || !this.#words.wait(words)) words.settle(false);
  }

  /** Ends the turn in hand, and with it the conversation, for this reason. */
  stop(end: ConversationEnd): void {
    if (this.#isOver || this.#wanted !== null) return;
    this.#wanted = end;
    this.#words.dropWaiting();
    if (this.#connection === null || this.#sessionId === null || this.#openTurns === 0) return this.#finish(end);
    // Not waited for: an agent that reads nothing any more would hold it up for ever.
    this.#connection.agent.notify('session/cancel', { sessionId: this.#sessionId }).catch(() => {});
    this.#asking.cancel();
    this.#timer = setTimeout(() => this.#finish(end), INTERRUPT_MS_MAX);
    this.#timer.unref();
  }

  #prompt(text: string, words?: Words): void {
    if (this.#isOver || this.#connection === null || this.#sessionId === null) return words?.settle(false);
    if (this.#openTurns === 0) this.#signsBefore = this.#updates.signs();
    this.#openTurns += 1;
    if (words !== undefined) this.#words.say(words);
    const prompt = [{ type: 'text' as const, text: plain(text) }];
    this.#connection.agent.request('session/prompt', { sessionId: this.#sessionId, prompt }).then(
      (answer) => this.#turnOver(fieldsOf(answer), words),
      (error: unknown) => this.#fail(error),
    );
  }

  #hear(params: Fields): void {
    if (this.#openTurns === 0 || params['sessionId'] !== this.#sessionId) return; // before a turn it only tells of the past
    const update = fieldsOf(params['update']);
    if (update['sessionUpdate'] === 'usage_update' && this.#account.hearTotal(update)) this.#announceUsage();
    const signs = this.#updates.signs();
    this.#emitAll(this.#updates.take(update));
    if (this.#updates.signs() > signs && !this.#dialect.takesPromptsWhileBusy) this.#words.taken();
  }

  #turnOver(answer: Fields, words?: Words): void {
    this.#openTurns -= 1;
    if (words !== undefined) this.#words.taken(words);
    this.#emitAll(this.#updates.flush());
    if (this.#account.hearTurn(this.#dialect.turnTokens(answer))) this.#announceUsage();
    const end = endOfTurn(answer);
    if (end !== null) return this.#finish(end);
    if (this.#openTurns > 0) return;
    if (this.#updates.signs() === this.#signsBefore)
      return this.#finish({
        kind: 'model-failed',
        detail: 'It ended its turn without a word and without using a tool.',
      });
    const next = this.#words.next();
    if (next === null) this.#finish({ kind: 'success' });
    else this.#prompt(next.text, next);
  }

  #fail(error: unknown): void {
    if (isAnswer(error)) return this.#finish(endOfFailure(error, this.#channel.now()));
    const detail =
      error instanceof ProtocolError ? error.message : 'Its output ended before it said how its turn went.';
    this.#finish({ kind: 'crashed', detail: clipToLine(detail, DETAIL_CHARACTERS_MAX) });
  }

  #finish(end: ConversationEnd): void {
    if (this.#isOver) return;
    this.#emitAll(this.#updates.flush());
    this.#events.release();
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#asking.cancel();
    this.#words.drop();
    this.#settle(end.kind === 'success' ? end : (this.#wanted ?? end));
    this.#connection?.close();
  }

  #announceUsage(): void {
    if (this.#sessionId === null) return;
    const mark = { id: this.#sessionId, total: this.#account.total() };
    this.#emitAll([
      { kind: 'usage', usage: this.#account.run() },
      { kind: 'conversation', mark },
    ]);
  }

  #emitAll(events: readonly AgentEvent[]): void {
    if (!this.#isOver) events.forEach((event) => this.#events.tell(event));
  }
}

/** A first word with a slash (for some, a dollar sign) would be a command to the program itself. */
function plain(text: string): string {
  return /^\s*[/$]/.test(text) ? `The message:\n${text}` : text;
}
