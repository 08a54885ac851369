import { z } from 'zod';

import { RefusedError } from '../errors.ts';
import type { GitHub, RepositoryStanding } from '../github.ts';
import type { Calls } from './calls.ts';

const installation = z.object({ suspended_at: z.string().nullish() });
/** What an installation reaches, as GitHub lists it. */
export const reached = z.object({
  repositories: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      owner: z.object({ login: z.string() }),
      default_branch: z.string(),
      archived: z.boolean(),
    }),
  ),
});

/** How an installation and a repository stand now. Both are asked for by their ids, so that no name can mislead. */
export function placeCalls(calls: Calls): Pick<GitHub, 'installation' | 'repository'> {
  const standingOf: GitHub['installation'] = async (installationId) => {
    try {
      const route = 'GET /app/installations/{installation_id}';
      const found = await calls.readAsApp(route, { installation_id: installationId }, installation);
      return found.suspended_at ? 'suspended' : 'active';
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return 'uninstalled';
      throw error;
    }
  };
  return {
    installation: standingOf,
    async repository({ id, installationId }): Promise<RepositoryStanding> {
      const standing = await standingOf(installationId);
      if (standing !== 'active') return { standing };
      try {
        // A token for this one repository: minting it fails when the installation does not reach it, and its list is one.
        const only = { repositoryId: id, permissions: { metadata: 'read' } } as const;
        const { repositories } = await calls.readOnly(installationId, only, 'GET /installation/repositories', reached);
        const found = repositories.find((one) => one.id === id);
        if (!found) return { standing: 'out-of-reach' };
        const { name, owner, default_branch: defaultBranch, archived: isArchived } = found;
        return {
          standing: 'active',
          repository: { id, owner: owner.login, name, defaultBranch, installationId },
          isArchived,
        };
      } catch (error) {
        if (error instanceof RefusedError && error.status === 422) return { standing: 'out-of-reach' };
        throw error;
      }
    },
  };
}
