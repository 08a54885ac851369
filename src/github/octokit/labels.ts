import { z } from 'zod';
import { RefusedError } from '../errors.ts';
import type { GitHub, LabelLook, RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';

const ISSUE_LABELS_MAX = 100; // GitHub allows no more on an issue

const label = z.object({ name: z.string() });

/** The labels of an issue. */
export function labelCalls(calls: Calls): Pick<GitHub, 'labelsOf' | 'addLabel' | 'removeLabel'> {
  return {
    async labelsOf(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/labels';
      const parameters = { issue_number: number, per_page: ISSUE_LABELS_MAX };
      return (await calls.read(repository, route, parameters, z.array(label))).map(({ name }) => name);
    },

    async addLabel(repository, number, look) {
      await ensureLabel(calls, repository, look);
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
      await calls.write(repository, route, { issue_number: number, labels: [look.name] }, z.array(label));
    },

    async removeLabel(repository, number, name) {
      const route = 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}';
      await unlessStatus(404, calls.write(repository, route, { issue_number: number, name }, z.unknown()));
    },
  };
}

/** GitHub would create a missing label by itself, but grey and without a description. */
async function ensureLabel(calls: Calls, repository: RepositoryRef, look: LabelLook): Promise<void> {
  const { name, color, description } = look;
  const found = await unlessStatus(
    404,
    calls.read(repository, 'GET /repos/{owner}/{repo}/labels/{name}', { name }, label),
  );
  if (found) return;
  const creating = calls.write(repository, 'POST /repos/{owner}/{repo}/labels', { name, color, description }, label);
  await unlessStatus(422, creating); // somebody was quicker
}

async function unlessStatus<T>(status: number, call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RefusedError && error.status === status) return null;
    throw error;
  }
}
