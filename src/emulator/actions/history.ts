import type { Hub } from '../hub.ts';
import { nodeId } from '../state/ids.ts';
import type { Actor } from '../state/actor.ts';
import type { Issue, IssueEvent, IssueEventExtra } from '../state/threads.ts';

type NewEvent = { readonly event: string; readonly extra?: IssueEventExtra; readonly commitId?: string };

/** Adds a line to an issue's history. */
export function record(hub: Hub, actor: Actor, issue: Issue, { event, extra = {}, commitId }: NewEvent): IssueEvent {
  const id = hub.state.nextId();
  const line: IssueEvent = {
    id,
    nodeId: nodeId('IssueEvent', id),
    event,
    actor: actor.user,
    viaApp: actor.app,
    createdAt: hub.clock(),
    commitId: commitId ?? null,
    extra,
  };
  issue.events.push(line);
  return line;
}

/** Marks an issue as changed now. */
export function touch(hub: Hub, issue: Issue): void {
  issue.updatedAt = hub.clock();
}
