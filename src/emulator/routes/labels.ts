import { z } from 'zod';

import { addLabels, removeLabel } from '../actions/issues.ts';
import { createLabel, deleteLabel, editLabel } from '../actions/labels.ts';
import { notFound, Refusal } from '../errors.ts';
import { renderLabel } from '../resources/label.ts';
import {
  created,
  issueOf,
  list,
  noContent,
  ok,
  parseBody,
  repositoryRoute,
  repositoryUrl,
  textOf,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { Issue, Label } from '../state/threads.ts';
import { labelsNamed, replaceLabels } from './issues.ts';

const either = ['issues:write', 'pull_requests:write'];
const read = ['issues:read', 'pull_requests:read'];

const names = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
const labelList = z.union([z.object({ labels: names }), names.transform((labels) => ({ labels }))]);

/** Labels of a repository, and labels on an issue. */
export const labelRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/labels', { permission: read }, (call) => {
    const sorted = [...call.repository.labels.values()].toSorted((one, other) => one.name.localeCompare(other.name));
    return list(sorted, (label) => render(call, label));
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/labels', { permission: either }, (call) => {
    const fields = parseBody(
      call,
      z.object({ name: z.string(), color: z.string().optional(), description: z.string().nullish() }),
    );
    return created(render(call, createLabel(call.hub, call.actor.user, call.repository, fields)));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/labels/{name}', { permission: read }, (call) =>
    ok(render(call, labelOf(call))),
  ),
  repositoryRoute('PATCH /repos/{owner}/{repo}/labels/{name}', { permission: either }, (call) => {
    const label = labelOf(call);
    const fields = z.object({
      new_name: z.string().optional(),
      color: z.string().optional(),
      description: z.string().optional(),
    });
    const { new_name: name, color, description } = parseBody(call, fields);
    const place = { repository: call.repository, label };
    editLabel(call.hub, call.actor.user, place, { name, color, description });
    return ok(render(call, label));
  }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/labels/{name}', { permission: either }, (call) => {
    deleteLabel(call.hub, call.actor.user, call.repository, labelOf(call));
    return noContent;
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/labels', { permission: read }, (call) =>
    list(issueOf(call).labels, (label) => render(call, label)),
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
    { permission: either, role: 'triage' },
    async (call) => {
      const issue = issueOf(call);
      const { labels } = parseBody(call, labelList);
      const place = { repository: call.repository, issue };
      await addLabels(call.hub, call.actor, place, labelsNamed(call, labels));
      return labelsOn(call, issue);
    },
  ),
  repositoryRoute(
    'PUT /repos/{owner}/{repo}/issues/{issue_number}/labels',
    { permission: either, role: 'triage' },
    async (call) => {
      const issue = issueOf(call);
      const { labels } = parseBody(call, labelList);
      await replaceLabels(call, issue, labelsNamed(call, labels));
      return labelsOn(call, issue);
    },
  ),
  repositoryRoute(
    'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}',
    { permission: either, role: 'triage' },
    async (call) => {
      const issue = issueOf(call);
      const label = call.repository.labels.get(textOf(call, 'name').toLowerCase());
      if (label === undefined) throw new Refusal(404, 'Label does not exist');
      await removeLabel(call.hub, call.actor, { repository: call.repository, issue }, label);
      return labelsOn(call, issue);
    },
  ),
];

function labelOf(call: RepositoryCall): Label {
  const label = call.repository.labels.get(textOf(call, 'name').toLowerCase());
  if (label === undefined) throw notFound();
  return label;
}

const render = (call: RepositoryCall, label: Label): unknown => renderLabel(repositoryUrl(call), label);

const labelsOn = (call: RepositoryCall, issue: Issue): Reply => ok(issue.labels.map((label) => render(call, label)));
