import { z } from 'zod';

import { invalid } from '../errors.ts';
import { renderMilestone } from '../resources/milestone.ts';
import { created, list, parseBody, repositoryRoute, type Route } from '../route.ts';
import { nodeId } from '../state/ids.ts';
import type { Milestone } from '../state/threads.ts';
import { emit } from '../webhooks/emit.ts';

const newMilestone = z.object({
  title: z.string(),
  state: z.enum(['open', 'closed']).default('open'),
  description: z.string().nullish(),
  due_on: z.string().nullish(),
});

/** Milestones of a repository. */
export const milestoneRoutes: readonly Route[] = [
  repositoryRoute(
    'GET /repos/{owner}/{repo}/milestones',
    { permission: ['issues:read', 'pull_requests:read'] },
    (call) => {
      const state = call.query.get('state') ?? 'open';
      const chosen = call.repository.milestones.filter((each) => state === 'all' || each.state === state);
      return list(chosen, (milestone) => renderMilestone(call.hub.url, call.repository, milestone));
    },
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/milestones',
    { permission: ['issues:write', 'pull_requests:write'] },
    (call) => {
      const { hub, repository, actor } = call;
      const input = parseBody(call, newMilestone);
      if (repository.milestones.some(({ title }) => title === input.title)) {
        throw invalid('Milestone', 'title', 'already_exists');
      }
      const id = hub.state.nextId();
      const now = hub.clock();
      const milestone: Milestone = {
        id,
        nodeId: nodeId('Milestone', id),
        number: repository.milestones.length + 1,
        creator: actor.user,
        createdAt: now,
        title: input.title,
        description: input.description ?? null,
        state: input.state,
        dueOn: input.due_on ?? null,
        updatedAt: now,
        closedAt: input.state === 'closed' ? now : null,
      };
      repository.milestones.push(milestone);
      const rendered = renderMilestone(hub.url, repository, milestone);
      emit(hub, {
        event: 'milestone',
        action: 'created',
        repository,
        sender: actor.user,
        payload: { milestone: rendered },
      });
      return created(rendered);
    },
  ),
];
