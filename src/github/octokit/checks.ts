import { z } from 'zod';
import type { CheckContent, FoundCheck, GitHub } from '../github.ts';
import type { Calls } from './calls.ts';
import { unlessGone } from './issues.ts';

const PAGE_SIZE = 100;
const PAGES_MAX = 10; // GitHub keeps at most 1,000 check runs of one name on a commit

const created = z.object({ id: z.number() });
const run = z.object({ id: z.number(), external_id: z.string().nullable(), status: z.string() });
const list = z.object({ check_runs: z.array(run) });

/** Check runs of ours on a commit. */
export function checkCalls(calls: Calls, appId: number): Pick<GitHub, 'findChecks' | 'createCheck' | 'updateCheck'> {
  return {
    async findChecks(repository, headSha, externalId) {
      const found: FoundCheck[] = [];
      const parameters = { ref: headSha, app_id: appId, filter: 'all', per_page: PAGE_SIZE };
      for (let page = 1; page <= PAGES_MAX; page += 1) {
        const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
        const { content, lastPage } = await calls.readPage(repository, route, { ...parameters, page }, list);
        const ours = content.check_runs.filter(({ external_id }) => external_id === externalId);
        found.push(...ours.map(({ id, status }) => ({ id, isCompleted: status === 'completed' })));
        if (page >= lastPage) break;
      }
      return found.toSorted((one, other) => one.id - other.id);
    },

    async createCheck(repository, headSha, check) {
      const parameters = { head_sha: headSha, ...parametersOf(check) };
      return (await calls.write(repository, 'POST /repos/{owner}/{repo}/check-runs', parameters, created)).id;
    },

    async updateCheck(repository, checkId, check) {
      const parameters = { check_run_id: checkId, ...parametersOf(check) };
      return unlessGone(
        calls.write(repository, 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', parameters, created),
      );
    },
  };
}

function parametersOf(check: CheckContent): Readonly<Record<string, unknown>> {
  const { name, externalId, title, summary, startedAt, actions } = check;
  const same = {
    name,
    external_id: externalId,
    status: check.status,
    started_at: new Date(startedAt).toISOString(),
    output: { title, summary },
    actions: [...actions],
  };
  return check.status === 'completed'
    ? { ...same, conclusion: check.conclusion, completed_at: new Date(check.completedAt).toISOString() }
    : same;
}
