import { mergePull } from './actions/merge.ts';
import { Refusal } from './errors.ts';
import type { Hub } from './hub.ts';
import { pullFacts } from './pull-facts.ts';
import type { Repository } from './state/repositories.ts';

/** What GitHub does by itself once something has changed: pull requests that wait to be merged are, when nothing is in the way. */
export async function afterChange(hub: Hub, repository: Repository): Promise<void> {
  for (const issue of repository.issues.values()) {
    const { pull } = issue;
    if (pull === null || pull.autoMerge === null || issue.state === 'closed') continue;
    const place = { repository, issue, pull };
    const { mergeableState } = await pullFacts(hub, place);
    if (mergeableState !== 'clean') continue;
    const { by, method, title, message } = pull.autoMerge;
    try {
      await mergePull(hub, { user: by, app: null }, place, {
        method,
        title: title ?? undefined,
        message: message ?? undefined,
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // it goes on waiting
    }
  }
}
