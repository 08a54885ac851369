import { z } from 'zod';
import { RefusedError } from '../errors.ts';
import type { GitHub, LabelLook, RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';

const ISSUE_LABELS_MAX = 100; // GitHub allows no more on an issue

/** What GitHub gives a label that it makes because an issue is to carry it. */
const MADE_BY_GITHUB = { color: 'ededed', description: null };

const label = z.object({ name: z.string(), color: z.string().nullish(), description: z.string().nullish() });
type Label = z.infer<typeof label>;

/** The labels of an issue. */
export function labelCalls(calls: Calls): Pick<GitHub, 'labelsOf' | 'addLabel' | 'removeLabel'> {
  return {
    async labelsOf(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/labels';
      const parameters = { issue_number: number, per_page: ISSUE_LABELS_MAX };
      return (await calls.read(repository, route, parameters, z.array(label))).map(({ name }) => name);
    },

    async addLabel(repository, number, look) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
      const parameters = { issue_number: number, labels: [look.name] };
      const add = (): Promise<Label[]> => calls.write(repository, route, parameters, z.array(label));
      // Another issue got it in the same moment, and both had GitHub make it: now that it is there, it can be added.
      const present = (await unlessRefused(isThere, add())) ?? (await add());
      const shown = present.find(({ name }) => name.toLowerCase() === look.name.toLowerCase());
      if (shown && isPlain(shown)) await dress(calls, repository, look);
      return present.map(({ name }) => name);
    },

    async removeLabel(repository, number, name) {
      const route = 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}';
      await unlessRefused(isGone, calls.write(repository, route, { issue_number: number, name }, z.unknown()));
    },
  };
}

/** It was made just now, or has never been given a look. */
function isPlain({ color, description }: Label): boolean {
  return color === MADE_BY_GITHUB.color && (description ?? null) === MADE_BY_GITHUB.description;
}

async function dress(calls: Calls, repository: RepositoryRef, { name, color, description }: LabelLook): Promise<void> {
  const route = 'PATCH /repos/{owner}/{repo}/labels/{name}';
  await unlessRefused(isGone, calls.write(repository, route, { name, color, description }, label));
}

const isGone = ({ status }: RefusedError): boolean => status === 404;
const isThere = ({ status, message }: RefusedError): boolean => status === 422 && message.includes('already_exists');

async function unlessRefused<T>(how: (refusal: RefusedError) => boolean, call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RefusedError && how(error)) return null;
    throw error;
  }
}
