import { fullName, type Repository } from '../state/repositories.ts';
import type { Milestone } from '../state/threads.ts';
import { instant, instantOrNull, type Json } from './json.ts';
import { renderUser } from './user.ts';

/** `milestone`. */
export function renderMilestone(url: string, repository: Repository, milestone: Milestone): Json {
  const api = `${url}/repos/${fullName(repository)}/milestones/${milestone.number}`;
  const issues = [...repository.issues.values()].filter((issue) => issue.milestone === milestone);
  return {
    url: api,
    html_url: `${url}/${fullName(repository)}/milestone/${milestone.number}`,
    labels_url: `${api}/labels`,
    id: milestone.id,
    node_id: milestone.nodeId,
    number: milestone.number,
    title: milestone.title,
    description: milestone.description,
    creator: renderUser(url, milestone.creator),
    open_issues: issues.filter((issue) => issue.state === 'open').length,
    closed_issues: issues.filter((issue) => issue.state === 'closed').length,
    state: milestone.state,
    created_at: instant(milestone.createdAt),
    updated_at: instant(milestone.updatedAt),
    due_on: milestone.dueOn,
    closed_at: instantOrNull(milestone.closedAt),
  };
}
