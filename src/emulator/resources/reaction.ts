import { reactionContents, type Reaction } from '../state/threads.ts';
import { instant, type Json } from './json.ts';
import { renderUser } from './user.ts';

/** `reaction`. */
export function renderReaction(url: string, reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: reaction.nodeId,
    user: renderUser(url, reaction.user),
    content: reaction.content,
    created_at: instant(reaction.createdAt),
  };
}

/** `reaction-rollup`: how many of each; `subjectUrl` is the API address of what they are on. */
export function renderReactionCounts(subjectUrl: string, reactions: readonly Reaction[]): Json {
  const counts = reactionContents.map((content): [string, number] => [
    content,
    reactions.filter((reaction) => reaction.content === content).length,
  ]);
  return { url: `${subjectUrl}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) };
}
