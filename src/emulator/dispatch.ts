import { badCredentials, Moved, notAccessible, notFound, Refusal } from './errors.ts';
import type { Hub } from './hub.ts';
import { paginate } from './paging.ts';
import type { Access, Call, Reply, RepositoryCall, Route } from './route.ts';
import { createRouter } from './router.ts';
import { mayCaller, type Actor, type Caller } from './state/actor.ts';
import type { Role, User } from './state/people.ts';
import { fullName, type Repository } from './state/repositories.ts';
import { findRepository } from './state.ts';
import { isReached, isVisible } from './visibility.ts';

/** A request without its transport. */
export type Request = {
  readonly caller: Caller;
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly accept: string;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or undefined for none; a Buffer for raw media types. */
  readonly body: unknown;
};

export type Dispatch = (request: Request) => Promise<Answer>;

/**
 * Answers requests from the table of routes: finds the route, judges the caller, runs it, pages lists. Changes run one at
 * a time, so that a check and its effect are never torn apart.
 */
export function createDispatch(hub: Hub, routes: readonly Route[], afterChange: AfterChange): Dispatch {
  const find = createRouter(routes);
  return async (request) => {
    try {
      const match = find(request.method, request.path);
      if (match === null) throw notFound();
      const call: Call = { ...request, hub, params: match.params };
      const { access } = match.route;
      if (typeof access === 'string') {
        judgeAccess(access, request.caller);
        return await page(hub, request, await exclusively(hub, request.method, () => match.route.run(call)));
      }
      const repositoryCall = enter(call, access);
      const reply = await exclusively(hub, request.method, async () => {
        const answer = await match.route.run(repositoryCall);
        if (request.method !== 'GET') await afterChange(hub, repositoryCall.repository);
        return answer;
      });
      return await page(hub, request, reply);
    } catch (error) {
      if (error instanceof Moved)
        return { status: error.status, headers: { location: error.location }, body: error.body };
      if (error instanceof Refusal) return { status: error.status, headers: {}, body: error.body };
      throw error;
    }
  };
}

export type AfterChange = (hub: Hub, repository: Repository) => Promise<void>;

async function exclusively(hub: Hub, method: string, run: () => Promise<Reply> | Reply): Promise<Reply> {
  return method === 'GET' ? run() : hub.exclusively(async () => run());
}

function judgeAccess(access: Access, caller: Caller): void {
  switch (access) {
    case 'anyone':
      return;
    case 'signed-in':
      if (caller.kind === 'anonymous') throw badCredentials('Requires authentication');
      return;
    case 'app':
      if (caller.kind !== 'app') throw badCredentials('A JSON web token could not be decoded');
      return;
    case 'installation':
      if (caller.kind === 'app') throw notAccessible();
      if (caller.kind !== 'installation') throw badCredentials('Requires authentication');
  }
}

type Needed = { readonly permissions: readonly string[]; readonly role: Role; readonly isForApps: boolean };

/** Lets the caller into a repository for this operation, or refuses as GitHub does: 301, 404, 401 or 403. */
function enter(call: Call, needed: Needed): RepositoryCall {
  const { hub, caller, method, params } = call;
  const { owner = '', repo = '' } = params;
  const repository = findRepository(hub.state, owner, repo);
  if (repository === null || !isVisible(caller, repository)) throw notFound();
  if (fullName(repository).toLowerCase() !== `${owner}/${repo}`.toLowerCase()) throw movedTo(call, repository);
  if (method !== 'GET' && caller.kind === 'anonymous') throw badCredentials('Requires authentication');
  const isForeign = caller.kind === 'installation' && !isReached(caller, repository);
  const mayEnter = isForeign
    ? method === 'GET' && needed.role === 'read' // what is public, everybody may read
    : mayCaller(caller, repository, needed) || (caller.kind === 'app' && needed.isForApps);
  if (!mayEnter)
    throw caller.kind === 'user' ? new Refusal(403, 'Must have admin rights to Repository.') : notAccessible();
  if (method !== 'GET' && repository.isArchived) throw new Refusal(403, 'Repository was archived so is read-only.');
  return { ...call, repository, actor: actorOf(hub, caller) };
}

/** Who acts, for a caller: the person, or the App's bot. */
export function actorOf(hub: Hub, caller: Caller): Actor {
  switch (caller.kind) {
    case 'anonymous':
      return { user: hub.ghost, app: null };
    case 'user':
      return { user: caller.user, app: null };
    case 'app':
      return { user: caller.app.bot, app: caller.app };
    case 'installation':
      return { user: caller.installation.app.bot, app: caller.installation.app };
  }
}

/** A caller that is a person, for acting as them without a request. */
export const asUser = (user: User): Caller => ({ kind: 'user', user });

/** The repository has another name now: GitHub points there. */
function movedTo({ hub, method, path, query }: Call, repository: Repository): Moved {
  const rest = path.split('/').slice(4).join('/');
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const location = `${hub.url}/repos/${fullName(repository)}${rest === '' ? '' : `/${rest}`}${search}`;
  return new Moved(method === 'GET' ? 301 : 307, location);
}

async function page(hub: Hub, { path, query }: Request, reply: Reply): Promise<Answer> {
  if ('raw' in reply) return { status: reply.status, headers: { 'content-type': reply.contentType }, body: reply.raw };
  if (!('page' in reply)) return { status: reply.status, headers: reply.headers ?? {}, body: reply.body };
  const { items, wrap } = reply.page;
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const cut = paginate(items, new URL(`${hub.url}${path}${search}`));
  const body: unknown[] = [];
  for (const { render } of cut.items) body.push(await render());
  return {
    status: 200,
    headers: cut.link === null ? {} : { link: cut.link },
    body: wrap === undefined ? body : wrap(body, items.length),
  };
}
