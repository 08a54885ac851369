import type { Hub } from '../hub.ts';
import type { Actor } from '../state/actor.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import type { Issue } from '../state/threads.ts';
import { record } from './history.ts';

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)\b/gi;
const mention = /(?<![\w/&])#(\d+)\b/g;

/** The issues (not pull requests) that a text says it closes, each once. */
export function closedBy(repository: Repository, text: string): readonly Issue[] {
  const found = new Set<Issue>();
  for (const [, name, number] of text.matchAll(closing)) {
    if (name !== undefined && name.toLowerCase() !== fullName(repository).toLowerCase()) continue;
    const issue = repository.issues.get(Number(number));
    if (issue !== undefined && issue.pull === null) found.add(issue);
  }
  return [...found];
}

/** Notes in the history of each issue that a text mentions that `source` did so; once per pair. */
export function crossReference(hub: Hub, actor: Actor, source: Issue, { repository, text }: Mentions): void {
  for (const [, number] of text.matchAll(mention)) {
    const issue = repository.issues.get(Number(number));
    if (issue === undefined || issue === source) continue;
    if (issue.events.some((event) => event.event === 'cross-referenced' && event.extra.source === source)) continue;
    record(hub, actor, issue, { event: 'cross-referenced', extra: { source } });
  }
}

type Mentions = { readonly repository: Repository; readonly text: string };
