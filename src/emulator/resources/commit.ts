import type { Commit } from '../repository/commits.ts';
import type { FileDiff } from '../repository/compare.ts';
import type { Ref } from '../repository/refs.ts';
import { nodeId } from '../state/ids.ts';
import type { User } from '../state/people.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import type { Json } from './json.ts';
import { renderUserOrNull } from './user.ts';

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** `git-commit`: the object as git has it. */
export function renderCommit(url: string, repository: Repository, commit: Commit): Json {
  const api = `${url}/repos/${fullName(repository)}/git`;
  const html = `${url}/${fullName(repository)}/commit`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${html}/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { url: `${api}/trees/${commit.tree}`, sha: commit.tree },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ url: `${api}/commits/${sha}`, html_url: `${html}/${sha}`, sha })),
    verification: unsigned,
  };
}

/** Finds the account behind an e-mail address, or null. */
export type Identify = (email: string) => User | null;

/** `commit`: the object with the accounts behind it. */
export function renderRepositoryCommit(url: string, repository: Repository, commit: Commit, identify: Identify): Json {
  const name = fullName(repository);
  const api = `${url}/repos/${name}/commits`;
  const { author, committer, message, tree, parents, sha } = commit;
  return {
    sha,
    node_id: nodeId('Commit', sha),
    commit: {
      author,
      committer,
      message,
      tree: { sha: tree, url: `${url}/repos/${name}/git/trees/${tree}` },
      url: `${url}/repos/${name}/git/commits/${sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${api}/${sha}`,
    html_url: `${url}/${name}/commit/${sha}`,
    comments_url: `${api}/${sha}/comments`,
    author: renderUserOrNull(url, identify(author.email)),
    committer: renderUserOrNull(url, identify(committer.email)),
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${api}/${parent}`,
      html_url: `${url}/${name}/commit/${parent}`,
    })),
  };
}

/** `simple-commit`: inside check suites. */
export function renderSimpleCommit({ sha, tree, message, committer, author }: Commit): Json {
  return {
    id: sha,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}

/** `diff-entry`: one file of a change; `sha` is the commit that has it afterwards. */
export function renderFile(url: string, repository: Repository, sha: string, file: FileDiff): Json {
  const name = fullName(repository);
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  return {
    ...file,
    blob_url: `${url}/${name}/blob/${sha}/${path}`,
    raw_url: `${url}/${name}/raw/${sha}/${path}`,
    contents_url: `${url}/repos/${name}/contents/${path}?ref=${sha}`,
  };
}

/** `git-ref`. */
export function renderRef(url: string, repository: Repository, { ref, sha, type }: Ref): Json {
  const api = `${url}/repos/${fullName(repository)}/git`;
  return {
    ref,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: `${api}/${ref}`,
    object: { type, sha, url: `${api}/${type === 'tag' ? 'tags' : `${type}s`}/${sha}` },
  };
}
