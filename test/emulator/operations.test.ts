import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { routes } from '../../src/emulator/routes.ts';

type Contract = { readonly paths: Record<string, Record<string, unknown>> };

const contract = JSON.parse(
  readFileSync(new URL('../../src/emulator/github-openapi.json', import.meta.url), 'utf8'),
) as Contract;

const inContract = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);
const served = routes.map(({ method, template }) => `${method} ${template}`);

test('no operation is served twice', () => {
  expect(new Set(served).size).toBe(served.length);
});

test('everything in the contract is served, but for what nobody needs yet', () => {
  expect(inContract.filter((operation) => !served.includes(operation))).toEqual([
    'POST /app-manifests/{code}/conversions',
    'GET /repos/{owner}/{repo}/actions/jobs/{job_id}',
    'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs',
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
    'DELETE /repos/{owner}/{repo}/actions/runs/{run_id}',
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
    'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs',
    'GET /repos/{owner}/{repo}/issues/{issue_number}/suggestions',
    'POST /repos/{owner}/{repo}/issues/{issue_number}/suggestions/{suggestion_id}/approve',
    'POST /repos/{owner}/{repo}/issues/{issue_number}/suggestions/{suggestion_id}/dismiss',
    'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async',
    'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
    'PUT /orgs/{org}/teams/{team_slug}/memberships/{username}',
    'DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}',
    'GET /search/code',
  ]);
});
