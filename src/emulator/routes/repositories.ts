import { z } from 'zod';

import { isAssignable } from '../actions/issues.ts';
import { notFound } from '../errors.ts';
import { renderFullRepository } from '../resources/repository.ts';
import { renderCollaborator, renderUser } from '../resources/user.ts';
import { list, noContent, ok, parseBody, repositoryRoute, textOf, type RepositoryCall, type Route } from '../route.ts';
import { findUser } from '../state.ts';
import { isAtLeast, type Role, type User } from '../state/people.ts';
import { legacyPermission, roleOf } from '../state/roles.ts';
import { emit } from '../webhooks/emit.ts';

/** A repository, its people and what they may do. */
export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}', { permission: 'metadata:read' }, (call) => {
    const { caller, actor, repository, hub } = call;
    const role = caller.kind === 'user' ? roleOf(repository, actor.user) : null;
    return ok(renderFullRepository(hub.url, repository, role));
  }),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    { permission: 'metadata:read', role: 'write' },
    (call) => {
      const user = userOf(call, 'username');
      const role = roleOf(call.repository, user);
      return ok({
        permission: legacyPermission(role),
        user: renderCollaborator(call.hub.url, user, role),
        role_name: role,
      });
    },
  ),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/collaborators',
    { permission: 'metadata:read', role: 'write' },
    ({ repository, query, hub }) => {
      const least = leastRole(query.get('permission'));
      const people = [
        { user: repository.owner, role: roleOf(repository, repository.owner) },
        ...[...repository.collaborators.values()].filter(({ user }) => user.id !== repository.owner.id),
      ].filter(({ user, role }) => user.type === 'User' && isAtLeast(role, least));
      return list(people, ({ user, role }) => renderCollaborator(hub.url, user, role));
    },
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/assignees', { permission: 'metadata:read' }, (call) =>
    list(
      peopleOf(call).filter((user) => isAssignable(call.repository, user)),
      (user) => renderUser(call.hub.url, user),
    ),
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/assignees/{assignee}', { permission: 'metadata:read' }, (call) => {
    if (!isAssignable(call.repository, userOf(call, 'assignee'))) throw notFound();
    return noContent;
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/topics', { permission: 'metadata:read' }, ({ repository }) =>
    ok({ names: repository.topics }),
  ),
  repositoryRoute('PUT /repos/{owner}/{repo}/topics', { permission: 'administration:write', role: 'admin' }, (call) => {
    const { names } = parseBody(call, z.object({ names: z.array(z.string()) }));
    call.repository.topics = names.map((name) => name.toLowerCase());
    return ok({ names: call.repository.topics });
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/languages', { permission: 'metadata:read' }, () => ok({})),
  repositoryRoute('GET /repos/{owner}/{repo}/issue-types', { permission: 'issues:read' }, () => ok([])),
  repositoryRoute('GET /repos/{owner}/{repo}/codeowners/errors', { permission: 'contents:read' }, () =>
    ok({ errors: [] }),
  ),
  repositoryRoute('POST /repos/{owner}/{repo}/dispatches', { permission: 'contents:write' }, (call) => {
    const wish = z.object({ event_type: z.string(), client_payload: z.record(z.string(), z.unknown()).optional() });
    const { event_type, client_payload } = parseBody(call, wish);
    emit(call.hub, {
      event: 'repository_dispatch',
      action: event_type,
      repository: call.repository,
      sender: call.actor.user,
      payload: { branch: call.repository.defaultBranch, client_payload: client_payload ?? {} },
    });
    return noContent;
  }),
];

function peopleOf({ repository }: RepositoryCall): readonly User[] {
  const others = [...repository.collaborators.values()].map(({ user }) => user);
  return [repository.owner, ...others.filter(({ id }) => id !== repository.owner.id)];
}

function leastRole(permission: string | null): Role {
  switch (permission) {
    case 'admin':
    case 'maintain':
    case 'triage':
      return permission;
    case 'push':
      return 'write';
    case 'pull':
    case null:
    default:
      return 'read';
  }
}

function userOf(call: RepositoryCall, param: string): User {
  const user = findUser(call.hub.state, textOf(call, param));
  if (user === null) throw notFound();
  return user;
}
