import { actorOf } from '../dispatch.ts';
import type { Hub } from '../hub.ts';
import { findRepository } from '../state.ts';
import { isVisible } from '../visibility.ts';
import type { Caller } from '../state/actor.ts';
import { GraphError, type GraphObject } from './execute.ts';
import { findNode, nodeObject } from './nodes.ts';
import { repositoryObject, userObject } from './objects.ts';

/** What can be asked. */
export function queryRoot(hub: Hub, caller: Caller): GraphObject {
  return {
    type: 'Query',
    fields: {
      viewer: () => userObject(hub, actorOf(hub, caller).user),
      node: ({ id }) => nodeObject(hub, findNode(hub, caller, String(id))),
      repository: ({ owner, name }) => {
        const repository = findRepository(hub.state, String(owner), String(name));
        if (repository === null || !isVisible(caller, repository)) {
          const asked = `${String(owner)}/${String(name)}`;
          throw new GraphError('NOT_FOUND', `Could not resolve to a Repository with the name '${asked}'.`);
        }
        return repositoryObject(hub, repository);
      },
    },
  };
}
