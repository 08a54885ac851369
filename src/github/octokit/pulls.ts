import { z } from 'zod';
import { RefusedError } from '../errors.ts';
import type { GitHub, NewPull, PullFacts, RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';

const PULLS_MAX = 30; // pull requests that one branch may have had

const pull = z.object({
  number: z.number(),
  state: z.string(),
  merged_at: z.string().nullable(),
  html_url: z.string(),
  head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullable() }),
});
type Pull = z.infer<typeof pull>;

/** Pull requests of our branches. */
export function pullCalls(calls: Calls): Pick<GitHub, 'findPull' | 'createPull' | 'pull'> {
  return {
    async findPull(repository, branch) {
      const found = await calls.read(
        repository,
        'GET /repos/{owner}/{repo}/pulls',
        {
          head: `${repository.owner}:${branch}`,
          state: 'all',
          sort: 'created',
          direction: 'desc',
          per_page: PULLS_MAX,
        },
        z.array(pull),
      );
      const ours = found.filter(({ head }) => head.ref === branch && head.repo?.id === repository.id);
      const newest = ours.reduce<Pull | null>((best, one) => (best && best.number > one.number ? best : one), null);
      return newest && factsOf(newest);
    },

    async createPull(repository, wanted) {
      try {
        return await create(calls, repository, wanted);
      } catch (error) {
        const isAboutDrafts = error instanceof RefusedError && error.status === 422 && /draft/i.test(error.message);
        if (!wanted.isDraft || !isAboutDrafts) throw error;
        return create(calls, repository, { ...wanted, isDraft: false }); // some plans have no drafts
      }
    },

    async pull(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      return factsOf(await calls.read(repository, route, { pull_number: number }, pull));
    },
  };
}

async function create(calls: Calls, repository: RepositoryRef, wanted: NewPull): Promise<PullFacts> {
  const { title, body, head, base, isDraft: draft } = wanted;
  const route = 'POST /repos/{owner}/{repo}/pulls';
  return factsOf(await calls.write(repository, route, { title, body, head, base, draft }, pull));
}

function factsOf({ number, head, state, merged_at: mergedAt, html_url: url }: Pull): PullFacts {
  return { number, headSha: head.sha, isOpen: state === 'open', isMerged: mergedAt !== null, url };
}
