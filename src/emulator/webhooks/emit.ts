import type { Hub } from '../hub.ts';
import type { Json } from '../resources/json.ts';
import { renderRepository } from '../resources/repository.ts';
import { renderUser } from '../resources/user.ts';
import type { Installation, User } from '../state/people.ts';
import { isGranted } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';
import { installationsOn } from '../state.ts';

/** Something that happened in a repository and that webhooks tell. */
export type RepositoryEvent = {
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository;
  readonly sender: User;
  readonly payload: Json;
  /** What this event tells of the repository beyond, or otherwise than, all others. */
  readonly repositoryExtra?: Json;
  /** Only the App that owns the thing hears of it (`check_run.requested_action` …). */
  readonly onlyAppId?: number;
};

// What an App hears because of its permissions, without having asked for it.
const withoutSubscription: Readonly<Record<string, string>> = {
  'check_run.rerequested': 'checks:write',
  'check_run.requested_action': 'checks:write',
  'check_suite.requested': 'checks:write',
  'check_suite.rerequested': 'checks:write',
};

// What an App must be allowed to read (one of these) in order to hear of it.
const neededPermissions: Readonly<Record<string, readonly string[]>> = {
  issues: ['issues:read'],
  issue_comment: ['issues:read', 'pull_requests:read'],
  label: ['metadata:read'],
  pull_request: ['pull_requests:read'],
  pull_request_review: ['pull_requests:read'],
  pull_request_review_comment: ['pull_requests:read'],
  check_run: ['checks:read'],
  check_suite: ['checks:read'],
  push: ['contents:read'],
  create: ['contents:read'],
  delete: ['contents:read'],
  status: ['statuses:read'],
};

/** Sends an event to every App and every repository hook that should hear of it. The payload is what is true now. */
export function emit(hub: Hub, happened: RepositoryEvent): void {
  const { event, action, repository, sender, payload, repositoryExtra, onlyAppId } = happened;
  const body = {
    ...(action !== null && { action }),
    ...payload,
    repository: { ...renderRepository(hub.url, repository), ...repositoryExtra },
    sender: renderUser(hub.url, sender),
  };
  for (const hook of repository.hooks) {
    if (!hook.isActive || onlyAppId !== undefined) continue;
    if (!hook.events.includes(event) && !hook.events.includes('*')) continue;
    const to = { kind: 'hook', hook } as const;
    hub.deliver({ to, event, action, installationId: null, repositoryId: repository.id, payload: body });
  }
  for (const installation of installationsOn(hub.state, repository)) {
    if (onlyAppId !== undefined && installation.app.id !== onlyAppId) continue;
    if (!hears(installation, event, action)) continue;
    emitToApp(hub, installation, {
      event,
      action,
      repositoryId: repository.id,
      payload: { ...body, installation: { id: installation.id, node_id: installation.nodeId } },
    });
  }
}

export type AppEvent = {
  readonly event: string;
  readonly action: string | null;
  readonly repositoryId: number | null;
  readonly payload: Json;
};

/** Sends an event to the App of one installation. */
export function emitToApp(hub: Hub, { id, app }: Installation, event: AppEvent): void {
  hub.deliver({ to: { kind: 'app', app }, installationId: id, ...event });
}

function hears(installation: Installation, event: string, action: string | null): boolean {
  if (installation.suspendedAt !== null) return false;
  const unasked = withoutSubscription[`${event}.${action ?? ''}`];
  if (unasked !== undefined && isGranted(installation.permissions, unasked)) return true;
  const needed = neededPermissions[event];
  if (needed?.some((permission) => isGranted(installation.permissions, permission)) === false) return false;
  return installation.events.includes(event);
}
