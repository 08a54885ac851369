import type { IncomingMessage, ServerResponse } from 'node:http';

import { refsMoved } from './actions/refs.ts';
import { afterChange } from './after-change.ts';
import { callerOf } from './authenticate.ts';
import { actorOf } from './dispatch.ts';
import { serveGit, type GitAccess } from './git-http.ts';
import type { Failure, Faults } from './faults.ts';
import { parseGitPath, tokenOf, type GitPath } from './git-http/request.ts';
import type { Hub } from './hub.ts';
import type { RequestLog } from './request-log.ts';
import { nameOf, type Caller } from './state/actor.ts';
import { isAtLeast, isGranted } from './state/people.ts';
import { fullName, type Repository } from './state/repositories.ts';
import { roleOf } from './state/roles.ts';
import { findRepository, reaches } from './state.ts';

/** Git over HTTP with GitHub's permissions; a push has its consequences before its client hears of it. */
export function createGitServer(
  hub: Hub,
  root: string,
  { log, faults }: { readonly log: RequestLog; readonly faults: Faults },
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const serve = serveGit({
    root,
    authorize: ({ token, owner, repo }) => accessTo(hub, token, findRepository(hub.state, owner, repo)),
    async onPush({ owner, repo, token, updates }) {
      const repository = findRepository(hub.state, owner, repo);
      const caller = callerOf(hub, token);
      if (repository === null || caller === null) return;
      await hub.exclusively(async () => {
        await refsMoved(hub, actorOf(hub, caller), repository, updates);
        await afterChange(hub, repository);
      });
    },
  });
  return (request, response) => {
    const { url: target = '/', method: verb = 'GET' } = request;
    const path = parseGitPath(target);
    if (path === null) return false;
    const moved = movedTo(hub, path, tokenOf(request.headers.authorization));
    const at = hub.clock();
    const plan = faults.take({ method: verb, path: target.split('?', 1)[0] ?? '/' });
    setTimeout(() => {
      if (plan.before !== null) fail(response, plan.before);
      else if (moved !== null) response.writeHead(301, { location: moved }).end();
      else serve(request, response);
    }, plan.delayMs);
    response.once('close', () => {
      const { method = 'GET', url = '/', headers } = request;
      const caller = callerOf(hub, tokenOf(headers.authorization) ?? '') ?? { kind: 'anonymous' };
      const { statusCode: status } = response;
      log.add({ at, method, path: url, body: null, status, actor: nameOf(caller), problems: [] });
    });
    return true;
  };
}

/** The address under a repository's present name, when the path has an old one. */
function movedTo(hub: Hub, { owner, repo, rest, query }: GitPath, token: string | null): string | null {
  const repository = findRepository(hub.state, owner, repo);
  if (repository === null || fullName(repository).toLowerCase() === `${owner}/${repo}`.toLowerCase()) return null;
  const access = accessTo(hub, token, repository);
  if (access !== 'read' && access !== 'write') return null; // the new name is not for everybody
  return `${hub.url}/${fullName(repository)}.git/${rest}${query === '' ? '' : `?${query}`}`;
}

/** Git knows of failures before the effect only: what it pushed, it hears of at once. */
function fail(response: ServerResponse, failure: Failure): void {
  if (failure.kind === 'reset') {
    response.destroy();
    return;
  }
  response.writeHead(failure.status, { 'content-type': 'text/plain', ...failure.headers });
  response.end(`${failure.message}\n`);
}

function accessTo(hub: Hub, token: string | null, repository: Repository | null): GitAccess {
  const caller: Caller | null = token === null ? { kind: 'anonymous' } : callerOf(hub, token);
  if (caller === null) return 'unknown';
  if (caller.kind === 'anonymous') return repository !== null && !repository.isPrivate ? 'read' : 'unknown';
  if (repository === null) return 'none-authenticated';
  if (caller.kind === 'user') return accessOfRole(repository, caller);
  if (caller.kind === 'app') return 'none-authenticated';
  const { installation, repositoryIds, permissions } = caller;
  const isReached = reaches(installation, repository) && (repositoryIds?.has(repository.id) ?? true);
  if (!isReached) return repository.isPrivate ? 'none-authenticated' : 'read';
  if (isGranted(permissions, 'contents:write') && !repository.isArchived) return 'write';
  return isGranted(permissions, 'contents:read') || !repository.isPrivate ? 'read' : 'none-authenticated';
}

function accessOfRole(repository: Repository, { user }: Extract<Caller, { kind: 'user' }>): GitAccess {
  const role = roleOf(repository, user);
  if (isAtLeast(role, 'write') && !repository.isArchived) return 'write';
  return isAtLeast(role, 'read') ? 'read' : 'none-authenticated';
}
