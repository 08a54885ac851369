import { z } from 'zod';

import { RefusedError } from '../errors.ts';
import type { GitHub, RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';

const GIT_LIFE_MS = 15 * 60_000; // a slow push of a large repository must not outlive its token

const ref = z.object({ object: z.object({ sha: z.string() }) });

/** Where git fetches and pushes, with a token for that repository and that purpose alone; and whether it need fetch at all. */
export function gitAccessCalls(calls: Calls, apiUrl: string): Pick<GitHub, 'gitAccess' | 'headOf'> {
  return {
    async headOf(repository, branch) {
      try {
        const route = 'GET /repos/{owner}/{repo}/git/ref/{ref}';
        return (await calls.read(repository, route, { ref: `heads/${branch}` }, ref)).object.sha;
      } catch (error) {
        if (error instanceof RefusedError && (error.status === 404 || error.status === 409)) return null; // 409: no commit yet
        throw error;
      }
    },

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
