import type { SessionId } from '../ids.ts';
import type { StateName } from '../session/session.ts';

/** What a workspace holds that is kept nowhere else; the details are sentences for operators. */
export type WorkFound =
  | { readonly kind: 'kept' }
  | { readonly kind: 'unkept'; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** One entry of the directory of workspaces, as seen at one instant. */
export type WorkspaceFacts = {
  /** `draft`: half made or half removed, when a process ended. A link leads to what is not ours. */
  readonly kind: 'workspace' | 'draft' | 'link' | 'other';
  /** Null when no session of this home is known for it. */
  readonly owner: { readonly id: SessionId; readonly state: StateName; readonly isSettled: boolean } | null;
  /** The runs that work in it, or may: a look that failed is never taken for death. */
  readonly usedBy: readonly string[];
  /** Why it is locked; null when it is not. */
  readonly lock: string | null;
  /** Null when nobody has looked yet. */
  readonly work: WorkFound | null;
  /** Since something was last added to the directory itself. */
  readonly ageMs: number;
};
