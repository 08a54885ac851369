import type { PermissionRequest } from './permission.ts';

/** What a run has used in its conversation so far, as the agent counts it; null is what it does not tell. */
export type Usage = { readonly costMicroUsd: number | null; readonly tokens: number | null };

/** The agent's own name for the conversation, and what all of it had used when that was last heard. */
export type ConversationMark = { readonly id: string; readonly total: Usage };

export const MARK_CHARACTERS_MAX = 200; // of an agent's own name for a conversation; they are UUIDs or little more
export const EVENT_CHARACTERS_MAX = 500; // of a text in the record, for whoever looks what happened when

/** What an agent that speaks a protocol lets us see, in order. Every text is hostile and bounded by its reader. */
export type AgentEvent =
  /** It has a conversation, new or taken up again. Comes before everything else, and whenever its total changes. */
  | { readonly kind: 'conversation'; readonly mark: ConversationMark }
  /** A message, or as much of one as stands by itself; not each piece as it comes. */
  | { readonly kind: 'text'; readonly text: string }
  /** `title` is one line for people: the command, the file, the question. */
  | { readonly kind: 'tool-use'; readonly tool: string; readonly title: string }
  | { readonly kind: 'tool-result'; readonly tool: string; readonly isError: boolean; readonly text: string }
  /** What it says that it changed; what it changed is read from git. */
  | { readonly kind: 'file-change'; readonly path: string }
  | { readonly kind: 'permission-request'; readonly request: PermissionRequest }
  /** What this run alone has used so far, in all. */
  | { readonly kind: 'usage'; readonly usage: Usage }
  /** It tries the model again by itself; the run goes on. `retryAt`: epoch ms, null when it does not tell. */
  | { readonly kind: 'retrying'; readonly detail: string; readonly retryAt: number | null }
  /** Something that we could not read or that went wrong and did not end the conversation. */
  | { readonly kind: 'error'; readonly detail: string };

/** Why a conversation came to its end, as its adapter understands it. The details are hostile text of a sentence or two. */
export type ConversationEnd =
  /** It did its turns and said so. */
  | { readonly kind: 'success' }
  /** The model or the agent would not do it. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** It waits for words of people that it will not get now. */
  | { readonly kind: 'needs-input'; readonly detail: string }
  /** `until`: epoch ms; null when nobody said. */
  | { readonly kind: 'rate-limited'; readonly until: number | null; readonly detail: string }
  | { readonly kind: 'out-of-credit'; readonly detail: string }
  | { readonly kind: 'not-authenticated'; readonly detail: string }
  /** The conversation does not fit into the model any more. */
  | { readonly kind: 'context-full'; readonly detail: string }
  /** The model failed in another way, or could not be reached. */
  | { readonly kind: 'model-failed'; readonly detail: string }
  /** Interrupted by us. */
  | { readonly kind: 'interrupted' }
  /** It ended without saying how, or spoke something that is not its protocol. */
  | { readonly kind: 'crashed'; readonly detail: string };
