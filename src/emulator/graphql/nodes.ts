import type { Hub } from '../hub.ts';
import { isVisible } from '../visibility.ts';
import type { Node } from '../state.ts';
import type { Caller } from '../state/actor.ts';
import { GraphError, type GraphObject } from './execute.ts';
import { commentObject, issueObject, pullObject, repositoryObject } from './objects.ts';

/** The thing with this node id, if the caller may know of it. */
export function findNode(hub: Hub, caller: Caller, id: string): Node {
  const node = hub.state.nodes.get(id);
  if (node === undefined || !isVisible(caller, node.repository)) {
    throw new GraphError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  }
  return node;
}

/** A node as an object of the graph. */
export function nodeObject(hub: Hub, node: Node): GraphObject | null {
  switch (node.type) {
    case 'Comment':
      return commentObject(hub, node);
    case 'Issue':
      return issueObject(hub, node.repository, node.issue);
    case 'Pull':
      return node.issue.pull === null
        ? null
        : pullObject(hub, { repository: node.repository, issue: node.issue, pull: node.issue.pull });
    case 'Repository':
      return repositoryObject(hub, node.repository);
    case 'Review':
      return { type: 'PullRequestReview', fields: { id: () => node.review.nodeId, body: () => node.review.body } };
  }
}
