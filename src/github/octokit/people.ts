import { z } from 'zod';
import type { Permission, Person } from '../../domain/people.ts';
import { RefusedError } from '../errors.ts';
import type { GitHub } from '../github.ts';
import type { Calls } from './calls.ts';

const INSTALLATIONS_MAX = 100; // a page, the oldest first; that all of them are suspended is nobody's GitHub

const app = z.object({ slug: z.string() });
const installations = z.array(z.object({ id: z.number(), app_slug: z.string(), suspended_at: z.string().nullish() }));
const user = z.object({ id: z.number(), login: z.string() });
const collaborator = z.object({
  permission: z.string(),
  role_name: z.string().optional(),
  user: z.object({ id: z.number() }).nullable(),
});

/** Our own account, and a way to learn of it from what GitHub says of our own writing. */
export type Me = {
  readonly me: GitHub['me'];
  readonly learnMe: (account: Person) => void;
};

/** Who we are. It is asked once, unless an answer has told it before. */
export function meCalls(calls: Calls, appId: number): Me {
  let known: ReturnType<GitHub['me']> | null = null;
  return {
    learnMe({ id, login }) {
      known ??= Promise.resolve({ id, login, appId });
    },
    me() {
      known ??= whoAmI(calls, appId).catch((error: unknown) => {
        known = null; // ask again next time
        throw error;
      });
      return known;
    },
  };
}

/** Who may do what. */
export function peopleCalls(calls: Calls): Pick<GitHub, 'permissionOf'> {
  return {
    async permissionOf(repository, person) {
      try {
        const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
        const answer = await calls.read(repository, route, { username: person.login }, collaborator);
        if (answer.user?.id !== person.id) return 'none'; // the login belongs to somebody else now
        return permissionFrom(answer.role_name) ?? permissionFrom(answer.permission) ?? 'none';
      } catch (error) {
        if (error instanceof RefusedError && error.status === 404) return 'none';
        throw error;
      }
    },
  };
}

/** Asked as the oldest installation that works, which knows our name: the same whoever asks, and whatever was done before. */
async function whoAmI(calls: Calls, appId: number): ReturnType<GitHub['me']> {
  const all = await calls.readAsApp('GET /app/installations', { per_page: INSTALLATIONS_MAX }, installations);
  const [oldest] = all.filter(({ suspended_at: at }) => !at).toSorted((one, other) => one.id - other.id);
  const slug = oldest?.app_slug ?? (await calls.readAsApp('GET /app', {}, app)).slug;
  const parameters = { username: `${slug}[bot]` };
  const { id, login } = await calls.readPublic(oldest?.id ?? null, 'GET /users/{username}', parameters, user);
  return { id, login, appId };
}

const permissions = ['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const satisfies readonly Permission[];

/** Null for an organization's own role, whose base `permission` tells. */
function permissionFrom(name: string | undefined): Permission | null {
  return permissions.find((one) => one === name) ?? null;
}
