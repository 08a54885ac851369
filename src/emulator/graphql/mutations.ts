import { z, type ZodType } from 'zod';

import { setAutoMerge, setDraft } from '../actions/pull-state.ts';
import { actorOf } from '../dispatch.ts';
import type { Hub } from '../hub.ts';
import { pullFacts } from '../pull-facts.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Node } from '../state.ts';
import { mayCaller, type Actor, type Caller } from '../state/actor.ts';
import type { Role } from '../state/people.ts';
import { GraphError, type Args, type GraphObject } from './execute.ts';
import { commentObject, pullObject } from './objects.ts';
import { findNode } from './nodes.ts';

const reasons = ['ABUSE', 'DUPLICATE', 'OFF_TOPIC', 'OUTDATED', 'RESOLVED', 'SPAM'] as const;

/** The changes that REST lacks. */
export function mutationRoot(hub: Hub, caller: Caller): GraphObject {
  const actor = actorOf(hub, caller);
  return {
    type: 'Mutation',
    fields: {
      minimizeComment: (args) => {
        const { subjectId, classifier } = input(args, z.object({ subjectId: z.string(), classifier: z.enum(reasons) }));
        return minimize(hub, caller, subjectId, classifier.toLowerCase().replace('_', '-'));
      },
      unminimizeComment: (args) =>
        minimize(hub, caller, input(args, z.object({ subjectId: z.string() })).subjectId, null),
      markPullRequestReadyForReview: (args) => changeDraft({ hub, caller, actor }, args, false),
      convertPullRequestToDraft: (args) => changeDraft({ hub, caller, actor }, args, true),
      enablePullRequestAutoMerge: (args) => enableAutoMerge({ hub, caller, actor }, args),
      disablePullRequestAutoMerge: async (args) => {
        const place = pullNamed(hub, caller, args);
        await setAutoMerge(hub, actor, place, null);
        return payload('DisablePullRequestAutoMergePayload', { pullRequest: pullObject(hub, place) });
      },
    },
  };
}

type Scene = { readonly hub: Hub; readonly caller: Caller; readonly actor: Actor };

function minimize(hub: Hub, caller: Caller, subjectId: string, reason: string | null): GraphObject {
  const node = findNode(hub, caller, subjectId);
  if (node.type !== 'Comment') throw new GraphError('UNPROCESSABLE', 'Only comments can be minimized');
  need(caller, node, { permissions: ['issues:write', 'pull_requests:write'], role: 'write' });
  node.comment.minimizedReason = reason;
  const type = reason === null ? 'UnminimizeCommentPayload' : 'MinimizeCommentPayload';
  const field = reason === null ? 'unminimizedComment' : 'minimizedComment';
  return payload(type, { [field]: commentObject(hub, node) });
}

async function changeDraft({ hub, caller, actor }: Scene, args: Args, isDraft: boolean): Promise<GraphObject> {
  const place = pullNamed(hub, caller, args);
  if (place.issue.state === 'closed') throw new GraphError('UNPROCESSABLE', 'Pull request is closed');
  await setDraft(hub, actor, place, isDraft);
  const type = isDraft ? 'ConvertPullRequestToDraftPayload' : 'MarkPullRequestReadyForReviewPayload';
  return payload(type, { pullRequest: pullObject(hub, place) });
}

const autoMergeInput = z.object({
  mergeMethod: z.enum(['MERGE', 'SQUASH', 'REBASE']).default('MERGE'),
  commitHeadline: z.string().nullish(),
  commitBody: z.string().nullish(),
  expectedHeadOid: z.string().nullish(),
});

async function enableAutoMerge({ hub, caller, actor }: Scene, args: Args): Promise<GraphObject> {
  const place = pullNamed(hub, caller, args);
  const { repository, pull, issue } = place;
  const wish = input(args, autoMergeInput);
  const refuse = (message: string): GraphError => new GraphError('UNPROCESSABLE', message);
  if (!repository.merging.autoMerge) throw refuse('Auto merge is not allowed for this repository');
  if (issue.state === 'closed') throw refuse('Pull request is closed');
  if (pull.isDraft) throw refuse('Pull request is in draft status');
  if (wish.expectedHeadOid && wish.expectedHeadOid !== pull.headSha) throw refuse('Head sha did not match');
  const { mergeableState } = await pullFacts(hub, place);
  if (mergeableState === 'clean') throw refuse('Pull request is in clean status');
  const methods = { MERGE: 'merge', SQUASH: 'squash', REBASE: 'rebase' } as const;
  await setAutoMerge(hub, actor, place, {
    by: actor.user,
    method: methods[wish.mergeMethod],
    title: wish.commitHeadline ?? null,
    message: wish.commitBody ?? null,
  });
  return payload('EnablePullRequestAutoMergePayload', { pullRequest: pullObject(hub, place) });
}

function pullNamed(hub: Hub, caller: Caller, args: Args): PullInPlace {
  const { pullRequestId } = input(args, z.object({ pullRequestId: z.string() }));
  const node = findNode(hub, caller, pullRequestId);
  if (node.type !== 'Pull' || node.issue.pull === null) {
    throw new GraphError(
      'NOT_FOUND',
      `Could not resolve to PullRequest node with the global id of '${pullRequestId}'.`,
    );
  }
  need(caller, node, { permissions: ['pull_requests:write'], role: 'write' });
  return { repository: node.repository, issue: node.issue, pull: node.issue.pull };
}

function need(
  caller: Caller,
  node: Node,
  needed: { readonly permissions: readonly string[]; readonly role: Role },
): void {
  if (!mayCaller(caller, node.repository, needed))
    throw new GraphError('FORBIDDEN', 'Resource not accessible by integration');
}

function input<Value>(args: Args, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(args['input']);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GraphError('argumentLiteralsIncompatible', `input.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function payload(type: string, objects: Readonly<Record<string, GraphObject>>): GraphObject {
  const fields = Object.entries(objects).map(([name, object]) => [name, () => object] as const);
  return { type, fields: { ...Object.fromEntries(fields), clientMutationId: () => null } };
}
