import type { App, Installation } from '../state/people.ts';
import { instant, instantOrNull, type Json } from './json.ts';
import { renderUser, renderUserOrNull } from './user.ts';

/** `integration`: an App as others see it. */
export function renderApp(url: string, app: App): Json {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: app.nodeId,
    owner: renderUser(url, app.owner),
    name: app.name,
    description: '',
    external_url: `${url}/apps/${app.slug}`,
    html_url: `${url}/apps/${app.slug}`,
    created_at: instant(app.createdAt),
    updated_at: instant(app.createdAt),
    permissions: app.permissions,
    events: app.events,
  };
}

export const renderAppOrNull = (url: string, app: App | null): Json | null =>
  app === null ? null : renderApp(url, app);

/** `installation`. */
export function renderInstallation(url: string, installation: Installation): Json {
  const { app, account } = installation;
  return {
    id: installation.id,
    client_id: app.clientId,
    account: renderUser(url, account),
    repository_selection: installation.repositoryIds === null ? 'all' : 'selected',
    access_tokens_url: `${url}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${url}/installation/repositories`,
    html_url: `${url}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: instant(installation.createdAt),
    updated_at: instant(installation.updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: renderUserOrNull(url, installation.suspendedBy),
    suspended_at: instantOrNull(installation.suspendedAt),
  };
}
