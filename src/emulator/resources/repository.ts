import type { Role } from '../state/people.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import { instant, type Json } from './json.ts';
import { renderRights, renderUser } from './user.ts';

/** `repository`, with the rights of whoever asks when they are known. */
export function renderRepository(url: string, repository: Repository, role: Role | null = null): Json {
  const name = fullName(repository);
  const openIssues = [...repository.issues.values()].filter((issue) => issue.state === 'open').length;
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: name,
    private: repository.isPrivate,
    owner: renderUser(url, repository.owner),
    html_url: `${url}/${name}`,
    description: repository.description,
    fork: false,
    url: `${url}/repos/${name}`,
    ...repositoryLinks(`${url}/repos/${name}`),
    created_at: instant(repository.createdAt),
    updated_at: instant(repository.updatedAt),
    pushed_at: instant(repository.pushedAt),
    git_url: `git:${url.replace(/^https?:/, '')}/${name}.git`,
    ssh_url: `git@${url.replace(/^https?:\/\//, '')}:${name}.git`,
    clone_url: `${url}/${name}.git`,
    svn_url: `${url}/${name}`,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.isArchived,
    disabled: false,
    open_issues_count: openIssues,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: repository.topics,
    visibility: repository.isPrivate ? 'private' : 'public',
    forks: 0,
    open_issues: openIssues,
    watchers: 0,
    default_branch: repository.defaultBranch,
    ...(role !== null && { permissions: renderRights(role) }),
  };
}

/** `full-repository`. */
export function renderFullRepository(url: string, repository: Repository, role: Role | null): Json {
  const { merging } = repository;
  return {
    ...renderRepository(url, repository, role),
    temp_clone_token: '',
    allow_squash_merge: merging.squash,
    allow_merge_commit: merging.mergeCommit,
    allow_rebase_merge: merging.rebase,
    allow_auto_merge: merging.autoMerge,
    delete_branch_on_merge: merging.deleteBranch,
    allow_update_branch: true,
    use_squash_pr_title_as_default: false,
    squash_merge_commit_message: 'COMMIT_MESSAGES',
    squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
    merge_commit_message: 'PR_TITLE',
    merge_commit_title: 'MERGE_MESSAGE',
    custom_properties: {},
    network_count: 0,
    subscribers_count: 0,
  };
}

/** The short form inside installation events. */
export function renderRepositoryName(repository: Repository): Json {
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullName(repository),
    private: repository.isPrivate,
  };
}

function repositoryLinks(api: string): Json {
  return {
    forks_url: `${api}/forks`,
    keys_url: `${api}/keys{/key_id}`,
    collaborators_url: `${api}/collaborators{/collaborator}`,
    teams_url: `${api}/teams`,
    hooks_url: `${api}/hooks`,
    issue_events_url: `${api}/issues/events{/number}`,
    events_url: `${api}/events`,
    assignees_url: `${api}/assignees{/user}`,
    branches_url: `${api}/branches{/branch}`,
    tags_url: `${api}/tags`,
    blobs_url: `${api}/git/blobs{/sha}`,
    git_tags_url: `${api}/git/tags{/sha}`,
    git_refs_url: `${api}/git/refs{/sha}`,
    trees_url: `${api}/git/trees{/sha}`,
    statuses_url: `${api}/statuses/{sha}`,
    languages_url: `${api}/languages`,
    stargazers_url: `${api}/stargazers`,
    contributors_url: `${api}/contributors`,
    subscribers_url: `${api}/subscribers`,
    subscription_url: `${api}/subscription`,
    commits_url: `${api}/commits{/sha}`,
    git_commits_url: `${api}/git/commits{/sha}`,
    comments_url: `${api}/comments{/number}`,
    issue_comment_url: `${api}/issues/comments{/number}`,
    contents_url: `${api}/contents/{+path}`,
    compare_url: `${api}/compare/{base}...{head}`,
    merges_url: `${api}/merges`,
    archive_url: `${api}/{archive_format}{/ref}`,
    downloads_url: `${api}/downloads`,
    issues_url: `${api}/issues{/number}`,
    pulls_url: `${api}/pulls{/number}`,
    milestones_url: `${api}/milestones{/number}`,
    notifications_url: `${api}/notifications{?since,all,participating}`,
    labels_url: `${api}/labels{/name}`,
    releases_url: `${api}/releases{/id}`,
    deployments_url: `${api}/deployments`,
  };
}
