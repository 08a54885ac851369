import { z } from 'zod';

import { emitInstallation } from '../webhooks/installation-events.ts';
import { notFound, Refusal, unprocessable } from '../errors.ts';
import { renderApp, renderInstallation } from '../resources/app.ts';
import { instant } from '../resources/json.ts';
import { renderRepository } from '../resources/repository.ts';
import {
  created,
  list,
  noContent,
  numberOf,
  ok,
  parseBody,
  repositoryRoute,
  route,
  type Call,
  type Reply,
  type Route,
} from '../route.ts';
import { installationsOn, repositoriesOf } from '../state.ts';
import { isGranted, type App, type Installation, type Permissions } from '../state/people.ts';

const REPOSITORIES_MAX = 500; // in one narrowed token

const tokenWish = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
});

/** The App itself, its installations and their tokens. */
export const appRoutes: readonly Route[] = [
  route('GET /app', 'app', (call) => {
    const app = appOf(call);
    const installations = installationsOf(call);
    return ok({ ...renderApp(call.hub.url, app), installations_count: installations.length });
  }),
  route('GET /app/installations', 'app', (call) =>
    list(installationsOf(call), (installation) => renderInstallation(call.hub.url, installation)),
  ),
  route('GET /app/installations/{installation_id}', 'app', (call) =>
    ok(renderInstallation(call.hub.url, installationOf(call))),
  ),
  route('POST /app/installations/{installation_id}/access_tokens', 'app', mint),
  route('PUT /app/installations/{installation_id}/suspended', 'app', (call) => {
    const installation = installationOf(call);
    suspend(call, installation);
    return noContent;
  }),
  route('DELETE /app/installations/{installation_id}/suspended', 'app', (call) => {
    const installation = installationOf(call);
    installation.suspendedAt = null;
    installation.suspendedBy = null;
    emitInstallation(call.hub, installation, { action: 'unsuspend', sender: installation.account });
    return noContent;
  }),
  route('GET /installation/repositories', 'installation', (call) => {
    const { caller, hub } = call;
    if (caller.kind !== 'installation') throw notFound();
    const { installation, repositoryIds } = caller;
    const all = repositoriesOf(hub.state, installation);
    const reached = all.filter(({ id }) => repositoryIds === null || repositoryIds.has(id));
    const repository_selection = installation.repositoryIds === null && repositoryIds === null ? 'all' : 'selected';
    return list(
      reached,
      (repository) => renderRepository(hub.url, repository),
      (repositories, total_count) => ({ total_count, repository_selection, repositories }),
    );
  }),
  route('DELETE /installation/token', 'installation', (call) => {
    if (call.caller.kind === 'installation') call.hub.tokens.revoke(call.caller.token);
    return noContent;
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/installation', { permission: [], isForApps: true }, (call) => {
    const { repository, hub } = call;
    const own = appOf(call);
    const found = installationsOn(hub.state, repository).find(({ app }) => app === own);
    if (found === undefined) throw notFound();
    return ok(renderInstallation(hub.url, found));
  }),
];

function mint(call: Call): Reply {
  const { hub } = call;
  const installation = installationOf(call);
  if (installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
  const wish = parseBody(call, tokenWish);
  const permissions = wish.permissions ?? installation.permissions;
  refuseWider(installation.permissions, permissions);
  const repositories = narrowed(call, installation, wish);
  const token = hub.tokens.mintInstallation({
    appId: installation.app.id,
    installationId: installation.id,
    permissions,
    repositoryIds: repositories === null ? null : repositories.map(({ id }) => id),
  });
  const isSelected = repositories !== null || installation.repositoryIds !== null;
  return created({
    token: token.token,
    expires_at: instant(token.expiresAt),
    permissions,
    repository_selection: isSelected ? 'selected' : 'all',
    ...(repositories !== null && { repositories: repositories.map((each) => renderRepository(hub.url, each)) }),
  });
}

function refuseWider(held: Permissions, wished: Permissions): void {
  const isWider = Object.entries(wished).some(([name, level]) => !isGranted(held, `${name}:${level}`));
  if (isWider) throw unprocessable('The permissions requested are not granted to this installation.');
}

function narrowed(
  call: Call,
  installation: Installation,
  { repositories: names, repository_ids: ids }: z.infer<typeof tokenWish>,
): ReturnType<typeof repositoriesOf> | null {
  if (names === undefined && ids === undefined) return null;
  const all = repositoriesOf(call.hub.state, installation);
  const chosen = all.filter(({ id, name }) => ids?.includes(id) === true || names?.includes(name) === true);
  const asked = (names?.length ?? 0) + (ids?.length ?? 0);
  if (asked > REPOSITORIES_MAX || chosen.length < asked) {
    throw unprocessable(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return chosen;
}

function suspend({ hub }: Call, installation: Installation): void {
  installation.suspendedAt = hub.clock();
  installation.suspendedBy = installation.account;
  hub.tokens.revokeInstallation(installation.id);
  emitInstallation(hub, installation, { action: 'suspend', sender: installation.account });
}

/** The App whose JWT came with the call. */
export function appOf({ caller }: Call): App {
  if (caller.kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded');
  return caller.app;
}

function installationsOf(call: Call): readonly Installation[] {
  const app = appOf(call);
  return [...call.hub.state.installations.values()].filter((installation) => installation.app === app);
}

function installationOf(call: Call): Installation {
  const installation = call.hub.state.installations.get(numberOf(call, 'installation_id'));
  if (installation === undefined || installation.app !== appOf(call)) throw notFound();
  return installation;
}
