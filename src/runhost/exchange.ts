import type { Agent, AgentTask, Channel, Conversation } from '../agents/agent.ts';
import {
  EVENT_CHARACTERS_MAX,
  MARK_CHARACTERS_MAX,
  type AgentEvent,
  type ConversationEnd,
  type ConversationMark,
  type Usage,
} from '../domain/run/conversation.ts';
import { withoutMarkers } from '../domain/run/hidden-marker.ts';
import type { RunOutput } from '../domain/run/output.ts';
import type { PermissionPolicy } from '../domain/run/permission.ts';
import { permissionQuestion } from '../domain/run/permission-question.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Redactor } from '../lib/redact.ts';
import type { AgentPipes } from './agent-child.ts';
import type { Cause } from './end-of-agent.ts';
import type { EventLog, Unstamped } from './events.ts';
import { clipped, narrate, narrateEnd, narrateMessage, narratePermission } from './narration.ts';
import { createPermissionDesk, type PermissionDesk } from './permission-desk.ts';
import type { Transcript } from './transcript.ts';

const RECORDED_MAX = 2000; // with their texts they leave room in the record for what the agent says to Reeve
const LAST_TEXT_CHARACTERS_MAX = 15_000; // a summary or a question of this length is still read
const WAITING_SILENCES_MAX = 2; // a try that was told of, and one after it, may each take as long as any silence
const GATHER_MS = 500; // what an agent asks leave for at the same moment becomes one question

/** A live conversation. Instants are on the clock that never jumps unless they say otherwise. */
export type Exchange = {
  /** Null while it goes on. */
  end(): { readonly how: ConversationEnd; readonly at: number } | null;
  /** Resolves when it has ended. */
  readonly over: Promise<void>;
  interrupt(): void;
  tell(text: string): Promise<boolean>;
  /** What this run has used so far. */
  usage(): Usage;
  mark(): ConversationMark | null;
  /** What it said last, redacted; the whole of it unless that was very long. */
  lastText(): string;
  /** Until when its silence is none: it has said that it waits for its model. */
  patientUntil(): number;
  /** A cause to end it that only the conversation shows. */
  look(): Cause | null;
  /** What people are asked when it ends because it asked for leave. */
  question(): RunOutput | null;
};

export type Conversing = {
  readonly agent: Agent;
  readonly task: AgentTask;
  readonly policy: PermissionPolicy;
  /** How long nothing may be heard of it. */
  readonly silenceMs: number;
  readonly transcript: Transcript;
  readonly events: EventLog;
  readonly redact: Redactor;
  readonly now: Clock;
  readonly elapsed: Clock;
};

/** What was seen of it so far. */
type State = {
  end: { readonly how: ConversationEnd; readonly at: number } | null;
  usage: Usage;
  mark: ConversationMark | null;
  text: string;
  isTextOpen: boolean;
  /** It does nothing but wait for its model since then; `until` is epoch ms. */
  waiting: { readonly since: number; readonly until: number | null; readonly detail: string } | null;
  patientUntil: number;
  askedAt: number | null;
  recorded: number;
  /** What went wrong with us while we were told something; the run ends with it. */
  failure: { readonly error: unknown } | null;
};

/** Begins to talk with an agent whose program runs, and writes down what it lets us see. */
export function openExchange(conversing: Conversing, { input, output }: AgentPipes): Exchange {
  const { task, policy, redact, now, elapsed } = conversing;
  const state: State = {
    ...{ end: null, usage: { costMicroUsd: null, tokens: null }, mark: null, text: '', isTextOpen: false },
    ...{ waiting: null, patientUntil: 0, askedAt: null, recorded: 0, failure: null },
  };
  const desk = createPermissionDesk({
    ...{ policy, repoPath: task.repoPath, redact },
    onAnswer(request, answer) {
      if (answer === 'asked') state.askedAt ??= elapsed();
      conversing.transcript.line(narratePermission(request, answer));
      const verdict = answer === 'asked' ? 'ask' : answer.verdict;
      const { tool, subject } = request;
      guarded(state, () => record(conversing, state, { kind: 'permission', tool, subject, verdict }));
    },
  });
  const end = (told: ConversationEnd): void => {
    const how = told.kind === 'rate-limited' ? { ...told, until: instantOf(told.until) } : told;
    state.end = { how, at: elapsed() };
    conversing.transcript.line(narrateEnd(how));
    const detail = 'detail' in how ? how.detail : '';
    guarded(state, () =>
      conversing.events.record({ kind: 'conversation-ended', how: how.kind, detail: short(detail, redact) }),
    );
    input.end();
  };
  const conversation = begin(conversing.agent, task, {
    ...{ input, output, now },
    onEvent: (event) => guarded(state, () => take(conversing, state, event)),
    decide: (request) => desk.decide(request),
  });
  return {
    end: () => state.end,
    over: conversation.ended.then(end, (error: unknown) => end({ kind: 'crashed', detail: messageOf(error) })),
    interrupt: () => void conversation.interrupt().catch(() => {}), // whoever interrupts ends it in any case
    async tell(text) {
      const isRead = await conversation.tell(text).catch(() => false);
      if (isRead) conversing.transcript.line(narrateMessage(text));
      return isRead;
    },
    usage: () => state.usage,
    mark: () => state.mark,
    lastText: () => clipped(withoutMarkers(redact(state.text)).trim(), LAST_TEXT_CHARACTERS_MAX), // redacted, it may have grown
    patientUntil: () => state.patientUntil,
    look() {
      if (state.failure !== null) throw state.failure.error;
      return causeIn(conversing, state, desk);
    },
    question: () => (desk.wishes.length === 0 ? null : permissionQuestion(desk.wishes)),
  };
}

/** An adapter that throws has lost its conversation, and not the run host its agent. */
function begin(agent: Agent, task: AgentTask, channel: Channel): Conversation {
  const broken = (detail: string): Conversation => ({
    ended: Promise.resolve({ kind: 'crashed', detail }),
    tell: async () => false,
    interrupt: async () => {},
  });
  try {
    return agent.converse?.(task, channel) ?? broken('It has no conversation.');
  } catch (error) {
    return broken(messageOf(error));
  }
}

/** A full disk must not throw into the middle of an adapter, where nobody expects it. */
function guarded(state: State, act: () => void): void {
  try {
    act();
  } catch (error) {
    state.failure ??= { error };
  }
}

function take(conversing: Conversing, state: State, told: AgentEvent): void {
  const { transcript, redact, now, elapsed } = conversing;
  const event = told.kind === 'retrying' ? { ...told, retryAt: instantOf(told.retryAt) } : told;
  const text = narrate(event);
  if (text !== null && event.kind === 'text') transcript.append(Buffer.from(text));
  else if (text !== null) transcript.line(text);
  if (isProgress(event)) [state.waiting, state.patientUntil] = [null, 0];
  if (event.kind !== 'text' && isProgress(event)) state.isTextOpen = false;
  switch (event.kind) {
    case 'conversation':
      return heard(conversing, state, event.mark);
    case 'text':
      state.text = [...(state.isTextOpen ? [state.text] : []), event.text]
        .join('\n\n')
        .slice(0, LAST_TEXT_CHARACTERS_MAX);
      state.isTextOpen = true;
      return;
    case 'usage':
      state.usage = larger(state.usage, whole(event.usage));
      return;
    case 'retrying': {
      const { detail, retryAt: until } = event;
      state.waiting = { since: state.waiting?.since ?? elapsed(), until, detail: short(detail, redact) };
      state.patientUntil = until === null ? 0 : elapsed() + Math.max(0, until - now());
      return record(conversing, state, { kind: 'retrying', detail, retryAt: until });
    }
    case 'tool-use':
      return record(conversing, state, event);
    case 'error':
      return record(conversing, state, { kind: 'agent-error', detail: event.detail });
    case 'tool-result':
    case 'file-change':
    case 'permission-request':
  }
}

/** It does something, or says something: it does not only wait for its model. */
function isProgress({ kind }: AgentEvent): boolean {
  return kind === 'text' || kind === 'tool-use' || kind === 'tool-result' || kind === 'file-change';
}

function heard(conversing: Conversing, state: State, { id, total }: ConversationMark): void {
  if (id === '' || id.length > MARK_CHARACTERS_MAX) return; // it could not be read back
  if (id !== state.mark?.id) record(conversing, state, { kind: 'conversation', id });
  state.mark = { id, total: whole(total) };
}

/** Something that ends the run and is no limit: people are to be asked, or it only waits. */
function causeIn({ silenceMs, now, elapsed }: Conversing, state: State, desk: PermissionDesk): Cause | null {
  if (state.askedAt !== null && elapsed() - state.askedAt >= GATHER_MS && desk.wishes.length > 0) {
    return { reason: 'asked', detail: 'It asked for leave to do what people decide.' };
  }
  if (desk.hasHeardNoTooOften()) {
    return { reason: 'declined', detail: 'It went on asking for what it is not allowed to do.' };
  }
  if (state.waiting === null) return null;
  const { since, until, detail } = state.waiting;
  if (until !== null && until - now() > silenceMs) {
    return { reason: 'rate-limited', retryAt: until, detail: `It was about to wait for its model: ${detail}` };
  }
  return elapsed() - since >= WAITING_SILENCES_MAX * silenceMs
    ? { reason: 'model-failed', detail: `It did nothing but wait for its model: ${detail}` }
    : null;
}

type Recorded = Extract<Unstamped, { kind: 'conversation' | 'tool-use' | 'permission' | 'retrying' | 'agent-error' }>;

function record({ events, redact }: Conversing, state: State, event: Recorded): void {
  state.recorded += 1;
  if (state.recorded > RECORDED_MAX) return;
  switch (event.kind) {
    case 'conversation':
      return events.record(event);
    case 'tool-use':
      return events.record({ ...event, tool: short(event.tool, redact), title: short(event.title, redact) });
    case 'permission':
      return events.record({ ...event, subject: short(event.subject, redact) });
    case 'retrying':
    case 'agent-error':
      return events.record({ ...event, detail: short(event.detail, redact) });
  }
}

function short(text: string, redact: Redactor): string {
  return clipped(redact(text), EVENT_CHARACTERS_MAX);
}

/** Sums so far: what was reported once stays spent. */
function larger(one: Usage, other: Usage): Usage {
  const more = (left: number | null, right: number | null): number | null =>
    left === null ? right : Math.max(left, right ?? 0);
  return { costMicroUsd: more(one.costMicroUsd, other.costMicroUsd), tokens: more(one.tokens, other.tokens) };
}

function whole({ costMicroUsd, tokens }: Usage): Usage {
  const count = (value: number | null): number | null =>
    value !== null && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : null;
  return { costMicroUsd: count(costMicroUsd), tokens: count(tokens) };
}

const INSTANT_MAX = 8_640_000_000_000_000; // the last one that a date can be made of

/** An instant that an agent told, or null when it is none. */
function instantOf(at: number | null): number | null {
  return at !== null && at >= 0 && at <= INSTANT_MAX ? Math.round(at) : null;
}
