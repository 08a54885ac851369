declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `REPOSITORY-ISSUE-ORDINAL`: the numeric ids of the repository and the issue, and how many sessions the issue has had. */
export type SessionId = Branded<'SessionId'>;
/** `SESSION-rATTEMPT`. */
export type RunId = Branded<'RunId'>;
/** Says what caused an effect and what it changes; the same cause always gives the same key. */
export type EffectKey = Branded<'EffectKey'>;
/** GitHub's GUID of a webhook delivery; a redelivery has the same one. */
export type DeliveryId = Branded<'DeliveryId'>;

// The only casts to these types. Used at the edges: rows, requests, files, tests.
export const sessionId = (value: string): SessionId => value as SessionId;
export const runId = (value: string): RunId => value as RunId;
export const effectKey = (value: string): EffectKey => value as EffectKey;
export const deliveryId = (value: string): DeliveryId => value as DeliveryId;

/** The same issue and ordinal always give the same session, so opening one twice cannot make two. */
export function sessionIdOf(repositoryId: number, issueNumber: number, ordinal: number): SessionId {
  return sessionId(`${repositoryId}-${issueNumber}-${ordinal}`);
}

/** The same attempt always gives the same run, so launching it twice cannot make two. */
export function runIdOf(session: SessionId, attempt: number): RunId {
  return runId(`${session}-r${attempt}`);
}
