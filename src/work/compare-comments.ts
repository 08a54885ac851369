import type { Repository } from '../domain/event/incoming.ts';
import { foundComment, type FoundDelivery } from '../github/found-delivery.ts';
import type { PlacedComment } from '../github/github.ts';
import type { Ports } from './ports.ts';

const OVERLAP_MS = 120_000; // GitHub's lists lag behind each other, so a comment may show up late
const PAGES_MAX = 5; // of one repository in one round: 500 comments in memory

export type FoundComments = {
  readonly found: readonly FoundDelivery[];
  /** Up to when, by GitHub's clock, every change of a comment is in `found`. */
  readonly until: number;
  /** There is more: what happened after `until` may have to do with a comment that was not read. */
  readonly isCut: boolean;
};

/**
 * Comments by people that no delivery told us of. One that was edited since is left out: the words that were said first
 * are not known any more, and an edit is no command. Reads only; the caller moves the cursor once these are stored.
 */
export async function compareComments(
  { github, store }: Pick<Ports, 'github' | 'store'>,
  repository: Repository,
  { startAt, cursor }: { readonly startAt: number; readonly cursor: number },
): Promise<FoundComments> {
  const { id: myId } = await github.me();
  const found: FoundDelivery[] = [];
  let [since, page, until] = [cursor - OVERLAP_MS, 1, cursor];
  for (let pages = 1; ; pages += 1) {
    const { comments, isLast } = await github.commentsSince(repository, since, page);
    for (const comment of comments) {
      if (comment.author.id === myId || !isAsItWasSaid(comment, startAt)) continue;
      if (!(await store.facts.isHeard(commentFact(comment.id)))) found.push(foundComment(repository, comment));
    }
    const last = comments.at(-1)?.updatedAt ?? 0;
    until = Math.max(until, last);
    // Never stuck: where more than this share one moment, the limit waits until the cursor can move.
    if (isLast || (pages >= PAGES_MAX && until > cursor)) return { found, until, isCut: !isLast };
    // By time and not by number: a comment that is edited meanwhile moves to the end, and all others move up.
    [since, page] = last - (last % 1000) > since ? [last, 1] : [since, page + 1];
  }
}

/** The name under which a comment is heard once. */
export function commentFact(commentId: number): string {
  return `comment:${commentId}`;
}

function isAsItWasSaid({ author, createdAt, updatedAt }: PlacedComment, startAt: number): boolean {
  const isByBot = author.type === 'Bot' || author.login.endsWith('[bot]');
  return !isByBot && createdAt === updatedAt && createdAt >= startAt;
}
