import { z } from 'zod';

import { refsMoved } from '../actions/refs.ts';
import { signatureOf } from '../actions/signatures.ts';
import { notFound, Refusal, unprocessable } from '../errors.ts';
import type { TreeEntry } from '../repository/objects.ts';
import { renderCommit } from '../resources/commit.ts';
import type { Json } from '../resources/json.ts';
import {
  created,
  ok,
  parseBody,
  repositoryRoute,
  repositoryUrl,
  textOf,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import { fullName } from '../state/repositories.ts';

const signature = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

/** Files and directories by path. */
export const contentRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/contents/{path}', { permission: 'contents:read' }, readPath),
  repositoryRoute('GET /repos/{owner}/{repo}/contents/', { permission: 'contents:read' }, readPath),
  repositoryRoute('GET /repos/{owner}/{repo}/contents', { permission: 'contents:read' }, readPath),
  repositoryRoute('PUT /repos/{owner}/{repo}/contents/{path}', { permission: 'contents:write' }, writePath),
];

async function readPath(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, query, accept } = call;
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await hub.git(repository).resolve(ref);
  if (commit === null) throw new Refusal(404, `No commit found for the ref ${ref}`);
  const path = textOf(call, 'path').replace(/\/$/, '');
  const found = await hub.git(repository).contents(commit, path);
  if (found === null) throw notFound();
  switch (found.kind) {
    case 'directory':
      return ok(found.entries.map((entry) => renderEntry(call, entry, ref)));
    case 'submodule':
      return ok({ ...renderEntry(call, found.entry, ref), submodule_git_url: null });
    case 'file':
      if (/\braw\b/.test(accept)) {
        return { status: 200, raw: found.bytes, contentType: 'application/vnd.github.raw; charset=utf-8' };
      }
      if (found.entry.mode === '120000') {
        return ok({ ...renderEntry(call, found.entry, ref), target: found.bytes.toString('utf8') });
      }
      return ok({
        ...renderEntry(call, found.entry, ref),
        size: found.bytes.length,
        encoding: 'base64',
        content: `${found.bytes.toString('base64').replaceAll(/(.{60})(?!$)/g, '$1\n')}\n`,
      });
  }
}

async function writePath(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, actor } = call;
  const wish = z.object({
    message: z.string(),
    content: z.string(),
    sha: z.string().optional(),
    branch: z.string().optional(),
    author: signature.optional(),
    committer: signature.optional(),
  });
  const input = parseBody(call, wish);
  const path = textOf(call, 'path');
  const git = hub.git(repository);
  const branch = input.branch ?? repository.defaultBranch;
  const tip = await git.ref(`refs/heads/${branch}`);
  if (tip === null) throw new Refusal(404, `Branch ${branch} not found`);
  const present = await git.contents(tip.sha, path);
  if (present?.kind === 'file' && input.sha === undefined) {
    throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
  }
  if (input.sha !== undefined && (present?.kind !== 'file' || present.entry.sha !== input.sha)) {
    throw new Refusal(409, `${path} does not match ${input.sha}`);
  }
  const at = hub.clock();
  const author = input.author === undefined ? signatureOf(hub, actor.user) : { ...input.author, at };
  const outcome = await git.commitFiles({
    branch,
    changes: [{ path, content: Buffer.from(input.content, 'base64') }],
    message: input.message,
    author,
    committer: input.committer === undefined ? author : { ...input.committer, at },
  });
  if (outcome.kind === 'refused') throw new Refusal(409, `${branch} moved meanwhile`);
  const { sha, before } = outcome;
  await refsMoved(hub, actor, repository, [{ ref: `refs/heads/${branch}`, before, after: sha }]);
  const [commit, written] = [await git.commit(sha), await git.contents(sha, path)];
  if (commit === null || written?.kind !== 'file') throw notFound();
  const body = {
    content: { ...renderEntry(call, written.entry, branch), size: written.bytes.length },
    commit: renderCommit(hub.url, repository, commit),
  };
  return present === null ? created(body) : ok(body);
}

function renderEntry(call: RepositoryCall, { path, sha, mode, type, size }: TreeEntry, ref: string): Json {
  const { hub, repository } = call;
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const self = `${repositoryUrl(call)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = `${repositoryUrl(call)}/git/${type}s/${sha}`;
  const html = `${hub.url}/${fullName(repository)}/${type === 'tree' ? 'tree' : 'blob'}/${ref}/${encoded}`;
  return {
    type: kindOf(mode),
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    sha,
    size: size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: type === 'blob' ? `${hub.url}/${fullName(repository)}/raw/${ref}/${encoded}` : null,
    _links: { self, git, html },
  };
}

function kindOf(mode: string): string {
  const kinds: Readonly<Record<string, string>> = { '040000': 'dir', '120000': 'symlink', '160000': 'submodule' };
  return kinds[mode] ?? 'file';
}
