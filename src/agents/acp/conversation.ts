import type { ClientContext } from '@agentclientprotocol/sdk';

import type { AgentEvent, ConversationEnd } from '../../domain/run/conversation.ts';
import type { AgentTask, Channel, Conversation } from '../agent.ts';
import { openAccount } from './account.ts';
import { createAsking, type Asking } from './asking.ts';
import type { Dialect } from './dialect.ts';
import { endOfFailure, endOfTurn } from './ends.ts';
import { openGate } from './gate.ts';
import { isAnswer, openSession, ProtocolError, type AgentSession } from './session.ts';
import { fieldsOf, oneLine, type Fields } from './untrusted.ts';
import { createUpdates } from './updates.ts';

const INTERRUPT_MS_MAX = 10_000; // an agent that hears it ends its turn at once; one that does not is ended by the run host
const WORDS_MAX = 100; // messages that wait for the end of a turn; nobody writes more meanwhile
const HELD_MAX = 50; // events before there is a conversation to tell them of
const DETAIL_CHARACTERS_MAX = 500;

/** What is said to the agent while it works. */
type Words = { readonly text: string; settle(isTaken: boolean): void };

/**
 * One conversation over the Agent Client Protocol. The protocol knows no way to speak into a turn: what is said meanwhile is
 * a prompt of its own, at once where the program reads it between two steps of the turn in hand, otherwise when that is over.
 * The first counts as taken up when the program has answered it, the second with the first sign of its turn.
 */
export function openConversation(dialect: Dialect, task: AgentTask, channel: Channel): Conversation {
  const talk = createTalk(dialect, task, channel);
  void talk.run();
  return {
    ended: talk.ended,
    tell: (text) =>
      new Promise((resolve) => {
        talk.tell({ text, settle: resolve });
      }),
    async interrupt() {
      talk.stop({ kind: 'interrupted' });
    },
  };
}

type Talk = {
  readonly ended: Promise<ConversationEnd>;
  run(): Promise<void>;
  tell(words: Words): void;
  stop(end: ConversationEnd): void;
};

// eslint-disable-next-line max-lines-per-function -- one state with its few transitions; apart they would only pass it around
function createTalk(dialect: Dialect, task: AgentTask, channel: Channel): Talk {
  let settle: (end: ConversationEnd) => void = () => {};
  const ended = new Promise<ConversationEnd>((resolve) => (settle = resolve));
  const updates = createUpdates();
  let account = openAccount(null);
  const events = holdBack(channel.onEvent.bind(channel));
  let isOver = false;
  let wanted: ConversationEnd | null = null;
  let live: (AgentSession & { readonly agent: ClientContext }) | null = null;
  let close = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let openTurns = 0;
  let signsBefore = 0;
  let waiting: Words[] = [];
  const said = new Set<Words>();

  const emit = (event: AgentEvent): void => {
    if (!isOver) events.tell(event);
  };
  const asking: Asking = createAsking({
    ...{ mustAsk: task.mustAsk, decide: (request) => channel.decide(request), calls: updates.calls, emit },
    isOurs: (params) => params['sessionId'] === live?.id,
    onEndless: (detail) => stop({ kind: 'crashed', detail }),
  });

  const finish = (end: ConversationEnd): void => {
    if (isOver) return;
    updates.flush().forEach(emit);
    events.release();
    isOver = true;
    clearTimeout(timer);
    asking.cancel();
    for (const words of [...waiting, ...said]) words.settle(false);
    settle(wanted !== null && end.kind !== 'success' ? wanted : end);
    close();
  };
  const stop = (end: ConversationEnd): void => {
    if (isOver || wanted !== null) return;
    wanted = end;
    for (const words of waiting) words.settle(false);
    waiting = [];
    if (live === null || openTurns === 0) return finish(end);
    // Not waited for: an agent that reads nothing any more would hold it up for ever.
    live.agent.notify('session/cancel', { sessionId: live.id }).catch(() => {});
    asking.cancel();
    timer = setTimeout(() => finish(end), INTERRUPT_MS_MAX);
    timer.unref();
  };
  const fail = (error: unknown): void => {
    if (isAnswer(error)) return finish(endOfFailure(error, channel.now()));
    const detail = error instanceof ProtocolError ? error.message : 'Its output ended before it said how its turn went.';
    finish({ kind: 'crashed', detail: oneLine(detail, DETAIL_CHARACTERS_MAX) });
  };

  const announce = (): void => {
    if (live === null) return;
    emit({ kind: 'usage', usage: account.run() });
    emit({ kind: 'conversation', mark: { id: live.id, total: account.total() } });
  };
  const hear = (params: Fields): void => {
    if (isOver || openTurns === 0 || params['sessionId'] !== live?.id) return; // before a turn it only tells of the past
    const update = fieldsOf(params['update']);
    if (update['sessionUpdate'] === 'usage_update' && account.hearTotal(update)) announce();
    const signs = updates.signs();
    updates.take(update).forEach(emit);
    if (updates.signs() === signs || dialect.takesPromptsWhileBusy) return;
    for (const words of said) words.settle(true);
    said.clear();
  };

  const prompt = (text: string, words: Words | null): void => {
    if (live === null) return;
    if (openTurns === 0) signsBefore = updates.signs();
    openTurns += 1;
    if (words !== null) said.add(words);
    live.agent.request('session/prompt', { sessionId: live.id, prompt: [{ type: 'text', text: plain(text) }] }).then(
      (answer) => turnOver(fieldsOf(answer), words),
      (error: unknown) => fail(error),
    );
  };
  const turnOver = (answer: Fields, words: Words | null): void => {
    openTurns -= 1;
    if (words !== null && said.delete(words)) words.settle(true);
    updates.flush().forEach(emit);
    if (account.hearTurn(dialect.turnTokens(answer))) announce();
    const end = endOfTurn(answer);
    if (end !== null) return finish(end);
    if (openTurns > 0) return;
    if (updates.signs() === signsBefore)
      return finish({ kind: 'model-failed', detail: 'It ended its turn without a word and without using a tool.' });
    const next = waiting.shift();
    if (next !== undefined && wanted === null) prompt(next.text, next);
    else finish({ kind: 'success' });
  };

  return {
    ended,
    async run() {
      try {
        // Read only when an agent speaks it: with its schemas it takes more memory than all the rest of a run host.
        const { client } = await import('@agentclientprotocol/sdk');
        const gate = openGate(channel.input, channel.output, {
          onUpdate: hear,
          onUnreadable: (detail) => emit({ kind: 'error', detail }),
          onFlood: () => finish({ kind: 'crashed', detail: 'It asked more than anybody can answer.' }),
          onEnd: () => {},
        });
        const connection = client({ name: 'reeve' })
          .onRequest('session/request_permission', fieldsOf, ({ params, signal }) => asking.answer(params, signal))
          .connect(gate);
        close = () => connection.close();
        if (isOver) return close();
        const session = await openSession(connection.agent, dialect, task);
        if (isOver) return;
        live = { ...session, agent: connection.agent };
        if (session.isOld) account = openAccount(task.mark);
        events.open({ kind: 'conversation', mark: { id: session.id, total: account.total() } });
        for (const detail of session.problems) emit({ kind: 'error', detail });
        prompt(task.prompt, null);
        if (dialect.takesPromptsWhileBusy) for (const words of waiting.splice(0)) prompt(words.text, words);
      } catch (error) {
        fail(error);
      }
    },
    tell(words) {
      if (isOver || wanted !== null || waiting.length >= WORDS_MAX) return words.settle(false);
      if (live !== null && dialect.takesPromptsWhileBusy) prompt(words.text, words);
      else waiting.push(words);
    },
    stop,
  };
}

/** A first word with a slash (for some, a dollar sign) would be a command to the program itself. */
function plain(text: string): string {
  return /^\s*[/$]/.test(text) ? `The message:\n${text}` : text;
}

/** Holds events back until there is a conversation to tell of, which comes first. */
function holdBack(onEvent: (event: AgentEvent) => void) {
  let held: AgentEvent[] | null = [];
  const release = (): void => {
    const events = held ?? [];
    held = null;
    events.forEach(onEvent);
  };
  return {
    tell(event: AgentEvent): void {
      if (held === null) onEvent(event);
      else if (held.length < HELD_MAX) held.push(event);
    },
    open(first: AgentEvent): void {
      onEvent(first);
      release();
    },
    release,
  };
}
