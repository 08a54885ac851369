import { wish, type Effect } from '../effect/effect.ts';
import type { Person } from '../people.ts';
import type { Session } from './session.ts';

export type Opening = {
  readonly id: Session['id'];
  readonly repositoryId: number;
  readonly issueNumber: number;
  readonly title: string;
  readonly previousId: Session['id'] | null;
  readonly requestedBy: Person;
  readonly wants?: string;
  readonly conversationId: string;
  readonly at: number;
};

/** The first state of a session, with the effects that tell people of it. */
export function openSession(opening: Opening): { readonly session: Session; readonly effects: readonly Effect[] } {
  const { at, ...rest } = opening;
  const session: Session = {
    ...rest,
    branch: branchOf(opening.issueNumber, opening.title, opening.id),
    runs: [],
    questions: [],
    pull: null,
    summary: null,
    spend: { agentMs: 0, costMicroUsd: null, tokens: null },
    mishaps: 0,
    isSettled: false,
    createdAt: at,
    changedAt: at,
    version: 1,
    state: 'queued',
  };
  const card = wish(session, { kind: 'card', sessionId: session.id });
  // The label that asked for the work is on the issue already.
  const labels = wish(session, { kind: 'labels', sessionId: session.id }, { mayRest: true });
  return { session, effects: [card, labels] };
}

const SLUG_CHARACTERS_MAX = 40; // short enough for a terminal, long enough to recognize

/**
 * `reeve/ISSUE-slug`; from the second session of an issue on with its ordinal, because the first one's branch may live on.
 * The ordinal follows a dot, which no slug has, so that no title can make it the branch of another session.
 */
function branchOf(issueNumber: number, title: string, id: Session['id']): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_CHARACTERS_MAX)
    .replace(/^-+|-+$/g, '');
  const ordinal = id.slice(id.lastIndexOf('-') + 1);
  return `reeve/${issueNumber}-${slug || 'issue'}${ordinal === '1' ? '' : `.${ordinal}`}`;
}
