import type { Hub } from '../hub.ts';
import { nodeId } from '../state/ids.ts';
import type { User } from '../state/people.ts';
import type { Reaction, ReactionContent } from '../state/threads.ts';

type Reacted = { readonly reaction: Reaction; readonly isNew: boolean };

/** Reacting twice in the same way gives the first reaction back. GitHub tells nobody of reactions. */
export function react(hub: Hub, user: User, reactions: Reaction[], content: ReactionContent): Reacted {
  const present = reactions.find((each) => each.user.id === user.id && each.content === content);
  if (present !== undefined) return { reaction: present, isNew: false };
  const id = hub.state.nextId();
  const reaction = { id, nodeId: nodeId('Reaction', id), user, content, createdAt: hub.clock() };
  reactions.push(reaction);
  return { reaction, isNew: true };
}
