import type { GitHub, RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';

const GIT_LIFE_MS = 15 * 60_000; // a slow push of a large repository must not outlive its token

/** Where git fetches and pushes, with a token for that repository and that purpose alone. */
export function gitAccessCalls(calls: Calls, apiUrl: string): Pick<GitHub, 'gitAccess'> {
  return {
    async gitAccess(repository, access) {
      const only = { repositoryId: repository.id, permissions: { contents: access } };
      const token = await calls.tokenFor(repository.installationId, GIT_LIFE_MS, only);
      const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
      return { url: cloneUrl(apiUrl, repository), authorization: `Basic ${basic}` };
    },
  };
}

/** github.com and its tenants on ghe.com serve git beside `api.`; a GitHub of one's own serves the API below `/api/v3`. */
export function cloneUrl(apiUrl: string, { owner, name }: Pick<RepositoryRef, 'owner' | 'name'>): string {
  const url = new URL(apiUrl);
  const isCloud = url.hostname === 'api.github.com' || /^api\.[^.]+\.ghe\.com$/.test(url.hostname);
  const host = isCloud ? url.host.replace(/^api\./, '') : url.host;
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api\/v3$/, '');
  return `${url.protocol}//${host}${path}/${encodeURIComponent(owner)}/${encodeURIComponent(name)}.git`;
}
