import type { ZodType } from 'zod';

import { countCharacters } from './characters.ts';
import { invalid, notFound, Refusal } from './errors.ts';
import type { Hub } from './hub.ts';
import type { Role } from './state/people.ts';
import type { Actor, Caller } from './state/actor.ts';
import { fullName, type Repository } from './state/repositories.ts';
import type { Issue } from './state/threads.ts';
import type { PullInPlace } from './resources/pull.ts';

/** One request on its way through the emulator. */
export type Call = {
  readonly hub: Hub;
  readonly caller: Caller;
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The `accept` header, for media types such as `application/vnd.github.raw`. */
  readonly accept: string;
};

/** A request about one repository that the caller may see, from somebody who may do this. */
export type RepositoryCall = Call & { readonly repository: Repository; readonly actor: Actor };

/** An answer. A page is cut and rendered by the server; `raw` is sent as it is. */
export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly raw: Buffer; readonly contentType: string }
  | { readonly status: 200; readonly page: Page };

export type Page = {
  /** `render` gives the item, or a promise of it, in GitHub's shape. */
  readonly items: readonly { readonly item: unknown; readonly render: () => unknown }[];
  /** Puts the list into an object, as searches and checks do. */
  readonly wrap?: (items: readonly unknown[], total: number) => unknown;
};

/** A whole list; the server sends the page that was asked for. */
export function list<Item>(
  items: readonly Item[],
  render: (item: Item) => unknown,
  wrap?: (items: readonly unknown[], total: number) => unknown,
): Reply {
  const rendered = items.map((item) => ({ item, render: () => render(item) }));
  return { status: 200, page: { items: rendered, ...(wrap && { wrap }) } };
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent: Reply = { status: 204 };

/** Who may call: an App with a JWT, an installation, anybody with a credential, or anybody at all. */
export type Access = 'app' | 'installation' | 'signed-in' | 'anyone';

/** What a call to a repository needs: one of these App permissions; from a person, at least this role. */
export type RepositoryAccess = {
  readonly permission: string | readonly string[];
  readonly role?: Role;
  /** Also for an App with its JWT. */
  readonly isForApps?: boolean;
};

export type Route = {
  readonly method: string;
  readonly template: string;
  readonly access:
    Access | { readonly permissions: readonly string[]; readonly role: Role; readonly isForApps: boolean };
  readonly run: (call: Call) => Promise<Reply> | Reply;
};

/** A route outside of repositories. */
export function route(operation: string, access: Access, run: Route['run']): Route {
  return { ...parseOperation(operation), access, run };
}

/** A route under `/repos/{owner}/{repo}`. Without a role, reading needs `read` and everything else needs `write`. */
export function repositoryRoute(
  operation: string,
  { permission, role, isForApps = false }: RepositoryAccess,
  run: (call: RepositoryCall) => Promise<Reply> | Reply,
): Route {
  const parsed = parseOperation(operation);
  return {
    ...parsed,
    access: {
      permissions: typeof permission === 'string' ? [permission] : permission,
      role: role ?? (parsed.method === 'GET' ? 'read' : 'write'),
      isForApps,
    },
    run: (call) => {
      if (!isRepositoryCall(call)) throw new Error(`${operation} was called without a repository`);
      return run(call);
    },
  };
}

function isRepositoryCall(call: Call): call is RepositoryCall {
  return 'repository' in call && 'actor' in call;
}

function parseOperation(operation: string): { readonly method: string; readonly template: string } {
  const [method = '', template = ''] = operation.split(' ');
  return { method, template };
}

/** The body in the shape that a route needs, or 422 as GitHub says it. */
export function parseBody<Value>(call: Call, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(call.body ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new Refusal(422, `Invalid request.\n\n${field === '' ? '' : `"${field}": `}${issue?.message ?? 'unreadable'}.`);
}

/** A path parameter that must be a number; 404 when it is none. */
export function numberOf(call: Call, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isSafeInteger(value)) throw notFound();
  return value;
}

/** A path parameter. */
export const textOf = (call: Call, name: string): string => call.params[name] ?? '';

/** The issue or pull request that the path names, or 404. */
export function issueOf(call: RepositoryCall, param = 'issue_number'): Issue {
  const number = numberOf(call, param);
  const issue = call.repository.issues.get(number);
  if (issue === undefined) throw call.repository.goneIssues.get(number)?.(call.method) ?? notFound();
  return issue;
}

/** The pull request that the path names, or 404 (an issue is none). */
export function pullOf(call: RepositoryCall): PullInPlace {
  const issue = issueOf(call, 'pull_number');
  if (issue.pull === null) throw notFound();
  return { repository: call.repository, issue, pull: issue.pull };
}

/** The API address of the call's repository. */
export const repositoryUrl = (call: RepositoryCall): string => `${call.hub.url}/repos/${fullName(call.repository)}`;

/** 65,536 characters is the most that a body may have. */
export function checkBodyLength(resource: string, body: string | null | undefined): void {
  const charactersMax = 65_536; // GitHub's own limit for issues, pull requests and comments
  if (body && countCharacters(body) > charactersMax) {
    throw invalid(resource, 'body', 'custom', `body is too long (maximum is ${charactersMax} characters)`);
  }
}
