import type { Repository } from '../domain/event/incoming.ts';
import { NEVER_LABEL, READY_LABEL } from '../domain/session/display.ts';
import { finalStates, isFinal, type Session, type StateName } from '../domain/session/session.ts';
import { foundLabeling, type FoundDelivery } from '../github/found-delivery.ts';
import type { Labeling, ThreadFacts } from '../github/github.ts';
import type { Ports } from './ports.ts';
import { unlessGone } from './unless-gone.ts';

type Reading = Pick<Ports, 'github' | 'store'>;
/** `startAt`: what was done before does not concern us. `aheadMs`: by how much GitHub's clock is ahead of ours. */
export type Since = { readonly startAt: number; readonly aheadMs: number };

/**
 * Open issues that ask for work and have none: who put the label there, and when. There is no cursor: a label does not
 * change when its issue was last updated, so the list of those that carry it is read as it is now. A label that was put
 * there before the last session ended has had its session. Reads only.
 */
export async function compareReady(reading: Reading, repository: Repository, since: Since): Promise<FoundDelivery[]> {
  const { github, store } = reading;
  const found: FoundDelivery[] = [];
  for (const issue of await github.openIssuesWith(repository, READY_LABEL)) {
    if (issue.isPull) continue;
    const session = await store.sessions.ofIssue(repository.id, issue.number);
    if (session && !isFinal(session)) continue;
    const put = await lastLabeling(reading, repository, issue, READY_LABEL);
    if (!put || put.at < since.startAt) continue;
    if (session && put.at <= (await endOf(reading, session)) + since.aheadMs) continue;
    found.push(foundLabeling(repository, issue, put));
  }
  return found;
}

/** The label that forbids work, on an issue that is worked on. Reads only. */
export async function compareNever(
  reading: Reading,
  repository: Repository,
  issue: ThreadFacts,
): Promise<FoundDelivery | null> {
  if (!issue.labels.includes(NEVER_LABEL)) return null;
  const put = await lastLabeling(reading, repository, issue, NEVER_LABEL);
  return put && foundLabeling(repository, issue, put);
}

/** Null when it was our own doing, or is too long ago to be listed. */
async function lastLabeling(
  { github }: Reading,
  repository: Repository,
  { number }: ThreadFacts,
  label: string,
): Promise<Labeling | null> {
  const all = await unlessGone(github.labelings(repository, number));
  const last = all?.findLast((one) => one.label === label);
  return last && last.by.id !== (await github.me()).id ? last : null;
}

async function endOf({ store }: Reading, session: Session): Promise<number> {
  const end = (await store.sessions.history(session.id)).find(({ to }) => isFinalState(to));
  return end?.at ?? session.changedAt;
}

function isFinalState(state: StateName): boolean {
  return (finalStates as readonly StateName[]).includes(state);
}
