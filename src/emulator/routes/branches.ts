import { notFound } from '../errors.ts';
import { identify } from '../actions/signatures.ts';
import { renderRepositoryCommit } from '../resources/commit.ts';
import type { Json } from '../resources/json.ts';
import { list, ok, repositoryRoute, repositoryUrl, textOf, type RepositoryCall, type Route } from '../route.ts';
import { fullName, type Protection } from '../state/repositories.ts';

const read = 'contents:read';
const BRANCH = 'refs/heads/';

/** Branches and what protects them. */
export const branchRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/branches', { permission: read }, async (call) => {
    const { repository, query, hub } = call;
    const wanted = query.get('protected');
    const refs = await hub.git(repository).refs(BRANCH);
    const branches = refs.map(({ ref, sha }) => ({ name: ref.slice(BRANCH.length), sha }));
    const chosen = branches.filter(
      ({ name }) => wanted === null || repository.protections.has(name) === (wanted === 'true'),
    );
    return list(chosen, ({ name, sha }) => ({
      name,
      commit: { sha, url: `${repositoryUrl(call)}/commits/${sha}` },
      protected: repository.protections.has(name),
    }));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/branches/{branch}', { permission: read }, async (call) => {
    const { hub, repository } = call;
    const name = textOf(call, 'branch');
    const ref = await hub.git(repository).ref(`${BRANCH}${name}`);
    const commit = ref === null ? null : await hub.git(repository).commit(ref.sha);
    if (commit === null) throw notFound();
    const api = `${repositoryUrl(call)}/branches/${encodeURIComponent(name)}`;
    const protection = repository.protections.get(name);
    return ok({
      name,
      commit: renderRepositoryCommit(hub.url, repository, commit, (email) => identify(hub, email)),
      _links: { self: api, html: `${hub.url}/${fullName(repository)}/tree/${name}` },
      protected: protection !== undefined,
      protection: {
        enabled: protection !== undefined,
        required_status_checks: requiredChecks(protection),
      },
      protection_url: `${api}/protection`,
    });
  }),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/branches/{branch}/protection',
    { permission: 'administration:read', role: 'admin' },
    (call) => {
      const name = textOf(call, 'branch');
      const protection = call.repository.protections.get(name);
      if (protection === undefined) throw notFound();
      const url = `${repositoryUrl(call)}/branches/${encodeURIComponent(name)}/protection`;
      return ok({
        url,
        ...(protection.checks.length > 0 && { required_status_checks: requiredChecks(protection) }),
        ...(protection.approvals > 0 && {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: false,
            require_code_owner_reviews: false,
            required_approving_review_count: protection.approvals,
          },
        }),
      });
    },
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/rules/branches/{branch}', { permission: 'metadata:read' }, (call) => {
    const protection = call.repository.protections.get(textOf(call, 'branch'));
    return list(protection === undefined ? [] : rulesOf(call, protection), (rule) => rule);
  }),
];

const requiredChecks = (protection: Protection | undefined): Json => ({
  enforcement_level: protection === undefined ? 'off' : 'everyone',
  contexts: protection?.checks ?? [],
  checks: (protection?.checks ?? []).map((context) => ({ context, app_id: null })),
});

function rulesOf({ repository }: RepositoryCall, { approvals, checks }: Protection): readonly Json[] {
  const source = { ruleset_source_type: 'Repository', ruleset_source: fullName(repository), ruleset_id: 1 };
  return [
    {
      ...source,
      type: 'pull_request',
      parameters: {
        dismiss_stale_reviews_on_push: false,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_approving_review_count: approvals,
        required_review_thread_resolution: false,
      },
    },
    ...(checks.length === 0
      ? []
      : [
          {
            ...source,
            type: 'required_status_checks',
            parameters: {
              required_status_checks: checks.map((context) => ({ context })),
              strict_required_status_checks_policy: false,
            },
          },
        ]),
  ];
}
