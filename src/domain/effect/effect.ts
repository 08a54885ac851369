import { effectKey, type EffectKey, type RunId, type SessionId } from '../ids.ts';
import type { Person } from '../people.ts';
import { unreachable } from '../../lib/never.ts';

/** A change we wish for on GitHub, as data: decided here, stored in the outbox, performed later. */
export type Effect = EffectBody & {
  /** Comes from the cause, so that deciding twice wishes once. */
  readonly key: EffectKey;
  /** The thing on GitHub that is changed. Of several waiting wishes for one slot only the newest is performed. */
  readonly slot: string;
  readonly repositoryId: number;
  readonly issueNumber: number;
  /** Nobody waits to see it: it may rest for a moment, so that a newer wish for its slot can take its place. */
  readonly mayRest?: true;
};

export type EffectBody =
  /** Bring the one status card of the issue up to date with the session. */
  | { readonly kind: 'card'; readonly sessionId: SessionId }
  /** Bring the issue's `reeve:` labels up to date with the session. */
  | { readonly kind: 'labels'; readonly sessionId: SessionId }
  /** Bring the card of one question up to date: open, answered or void. */
  | { readonly kind: 'question'; readonly sessionId: SessionId; readonly number: number }
  /** Bring the check run on one commit up to date with the session. */
  | { readonly kind: 'check'; readonly sessionId: SessionId; readonly headSha: string }
  /** Push the checked commits and open the pull request, or bring it up to date. */
  | { readonly kind: 'publish'; readonly sessionId: SessionId; readonly runId: RunId; readonly head: string }
  /** Answer somebody once. */
  | { readonly kind: 'reply'; readonly onNumber: number; readonly reply: Reply }
  | { readonly kind: 'react'; readonly commentId: number; readonly content: 'eyes' | 'rocket' | 'confused' }
  /** What fills the slot `of` may have been made twice: look for it again at `lookAt` (epoch ms), and keep one. */
  | { readonly kind: 'doubt'; readonly of: string; readonly lookAt: number; readonly place: DoubtPlace };

/** Where a second one would be: a comment on an issue or pull request, or a check run on a commit. */
export type DoubtPlace =
  | { readonly on: 'thread'; readonly number: number }
  | { readonly on: 'commit'; readonly headSha: string; readonly sessionId: SessionId };

export type Reply =
  | { readonly topic: 'not-permitted'; readonly to: Person }
  | { readonly topic: 'unknown-verb'; readonly to: Person; readonly verb: string; readonly suggestion: string | null }
  /** `known`: the agents that there are. */
  | { readonly topic: 'unknown-agent'; readonly to: Person; readonly name: string; readonly known: readonly string[] }
  | { readonly topic: 'help'; readonly to: Person }
  | { readonly topic: 'status'; readonly to: Person }
  /** They named an option of the question that is not there. `options` is how many it has. */
  | { readonly topic: 'no-such-option'; readonly to: Person; readonly number: number; readonly options: number }
  /** Their comment held more commands than the one that counted. */
  | { readonly topic: 'one-command'; readonly to: Person; readonly verb: string }
  /** They asked for work by a label, on an issue whose work waits for somebody. */
  | { readonly topic: 'label-not-now'; readonly to: Person; readonly why: string }
  | { readonly topic: 'not-now'; readonly to: Person; readonly verb: string; readonly why: string };

/** Gives a session's wish its key and slot: one wish of a kind for each version of the session. */
export function wish(
  session: {
    readonly id: SessionId;
    readonly version: number;
    readonly repositoryId: number;
    readonly issueNumber: number;
  },
  body: EffectBody,
  { mayRest = false }: { readonly mayRest?: boolean } = {},
): Effect {
  const { repositoryId, issueNumber } = session;
  const slot = slotOf({ repositoryId, issueNumber }, body);
  const effect = {
    ...body,
    key: effectKey(`${session.id}/${session.version}/${slot}`),
    slot,
    repositoryId,
    issueNumber,
  };
  return mayRest ? { ...effect, mayRest } : effect;
}

/** The look for a second one of what `effect` made at `sentAt` (epoch ms) without anybody knowing of the first. */
export function doubtOf(
  effect: Effect,
  { sentAt, lookAt, place }: { readonly sentAt: number; readonly lookAt: number; readonly place: DoubtPlace },
): Effect {
  const { slot, repositoryId, issueNumber } = effect;
  const key = effectKey(`${effect.key}/doubt/${sentAt}/${lookAt - sentAt}`);
  return { kind: 'doubt', of: slot, lookAt, place, key, slot, repositoryId, issueNumber };
}

/** Gives a wish that no session causes its key: the same `cause` (a comment, a person on an issue) wishes once. */
export function wishOnce(
  { repositoryId, issueNumber }: { readonly repositoryId: number; readonly issueNumber: number },
  cause: string,
  body: EffectBody,
): Effect {
  const key = effectKey(`${repositoryId}/${issueNumber}/${cause}/${body.kind}`);
  return { ...body, repositoryId, issueNumber, key, slot: key };
}

/** The thing on GitHub that an effect changes; its id there is kept under this name. */
export function slotOf(
  place: { readonly repositoryId: number; readonly issueNumber: number },
  body: EffectBody,
): string {
  const issue = `${place.repositoryId}/${place.issueNumber}`;
  switch (body.kind) {
    case 'card':
      return `card:${issue}`;
    case 'labels':
      return `labels:${issue}`;
    case 'question':
      return `question:${body.sessionId}:${body.number}`;
    case 'check':
      return `check:${body.sessionId}:${body.headSha}`;
    case 'publish':
      return `publish:${body.sessionId}`;
    case 'reply':
      return `reply:${issue}:${body.reply.topic}:${body.reply.to.id}`;
    case 'react':
      return `react:${body.commentId}:${body.content}`;
    case 'doubt':
      return body.of;
    default:
      return unreachable(body);
  }
}
