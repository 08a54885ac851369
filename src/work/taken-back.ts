import type { Repository } from '../domain/event/incoming.ts';
import { READY_LABEL } from '../domain/session/display.ts';
import type { Ports } from './ports.ts';
import { unlessGone } from './unless-gone.ts';

type Place = { readonly repositoryId: number; readonly issueNumber: number };

/**
 * Somebody who may said at this moment (GitHub's clock, epoch ms) that work on the issue is to stop: what asked for it before
 * counts no more, also if it is heard later. Safe to repeat.
 */
export function noteStop({ store }: Pick<Ports, 'store'>, place: Place, at: number): Promise<void> {
  return store.cursors.advance(nameOf(place), at);
}

/**
 * Whether the label that asks for work was put there before the newest stop. GitHub is asked where there was one. Its instants
 * are whole seconds: within one, the stop came after the label if it found `nothing`, no session at all, to stop.
 */
export async function isTakenBack(
  { store, github }: Ports,
  repository: Repository,
  { issueNumber, found }: { readonly issueNumber: number; readonly found: 'nothing' | 'session' },
): Promise<boolean> {
  const stoppedAt = await store.cursors.get(nameOf({ repositoryId: repository.id, issueNumber }));
  if (stoppedAt === null) return false;
  const all = await unlessGone(github.labelings(repository, issueNumber));
  const { id: myId } = await github.me();
  const put = all?.findLast(({ label, by }) => label === READY_LABEL && by.id !== myId);
  return put !== undefined && (put.at < stoppedAt || (put.at === stoppedAt && found === 'nothing'));
}

/** The cursor of the newest stop on an issue. */
function nameOf({ repositoryId, issueNumber }: Place): string {
  return `stopped/${repositoryId}/${issueNumber}`;
}
