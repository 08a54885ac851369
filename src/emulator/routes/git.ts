import { z } from 'zod';

import { refsMoved } from '../actions/refs.ts';
import { signatureOf } from '../actions/signatures.ts';
import { notFound, Refusal, unprocessable } from '../errors.ts';
import type { Signature } from '../repository/commits.ts';
import { renderCommit, renderRef } from '../resources/commit.ts';
import {
  created,
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
import { nodeId } from '../state/ids.ts';

const read = 'contents:read';
const write = 'contents:write';
const nothing = '0'.repeat(40);

const person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

/** Git's own objects and refs. */
export const gitRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/git/ref/{ref}', { permission: read }, async (call) => {
    const found = await call.hub.git(call.repository).ref(`refs/${textOf(call, 'ref')}`);
    if (found === null) throw notFound();
    return ok(renderRef(call.hub.url, call.repository, found));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', { permission: read }, async (call) => {
    const found = await call.hub.git(call.repository).refs(`refs/${textOf(call, 'ref')}`);
    return list(found, (ref) => renderRef(call.hub.url, call.repository, ref));
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/git/refs', { permission: write }, createRef),
  repositoryRoute('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { permission: write }, updateRef),
  repositoryRoute('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { permission: write }, async (call) => {
    const { hub, repository, actor } = call;
    const name = `refs/${textOf(call, 'ref')}`;
    const before = await hub.git(repository).ref(name);
    if (before === null || !(await hub.git(repository).deleteRef(name))) {
      throw unprocessable('Reference does not exist');
    }
    await refsMoved(hub, actor, repository, [{ ref: name, before: before.sha, after: nothing }]);
    return noContent;
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { permission: read }, async (call) => {
    const commit = await call.hub.git(call.repository).commit(textOf(call, 'commit_sha'));
    if (commit === null) throw notFound();
    return ok(renderCommit(call.hub.url, call.repository, commit));
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/git/commits', { permission: write }, createCommit),
  repositoryRoute('POST /repos/{owner}/{repo}/git/blobs', { permission: write }, async (call) => {
    const { content, encoding } = parseBody(
      call,
      z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') }),
    );
    const sha = await call.hub.git(call.repository).createBlob(Buffer.from(content, encoding));
    return created({ sha, url: `${repositoryUrl(call)}/git/blobs/${sha}` });
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', { permission: read }, async (call) => {
    const sha = textOf(call, 'file_sha');
    const bytes = await call.hub.git(call.repository).blob(sha);
    if (bytes === null) throw notFound();
    return ok({
      sha,
      node_id: nodeId('Blob', sha),
      size: bytes.length,
      url: `${repositoryUrl(call)}/git/blobs/${sha}`,
      content: bytes.toString('base64'),
      encoding: 'base64',
    });
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { permission: read }, async (call) => {
    const wanted = textOf(call, 'tree_sha');
    const sha = (await call.hub.git(call.repository).resolve(wanted)) ?? wanted;
    const tree = await renderTree(call, sha, call.query.has('recursive'));
    if (tree === null) throw notFound();
    return ok(tree);
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/git/trees', { permission: write }, createTree),
];

async function createRef(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, actor } = call;
  const { ref, sha } = parseBody(call, z.object({ ref: z.string(), sha: z.string() }));
  switch (await hub.git(repository).createRef(ref, sha)) {
    case 'created':
      break;
    case 'exists':
      throw unprocessable('Reference already exists');
    case 'no-such-object':
      throw unprocessable('Object does not exist');
    case 'bad-name':
      throw unprocessable(`${ref} is not a valid ref name.`);
  }
  await refsMoved(hub, actor, repository, [{ ref, before: nothing, after: sha }]);
  return created(renderRef(hub.url, repository, { ref, sha, type: 'commit' }));
}

async function updateRef(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, actor } = call;
  const ref = `refs/${textOf(call, 'ref')}`;
  const { sha, force } = parseBody(call, z.object({ sha: z.string(), force: z.boolean().default(false) }));
  const before = await hub.git(repository).ref(ref);
  switch (await hub.git(repository).updateRef(ref, sha, { force })) {
    case 'updated':
      break;
    case 'missing':
      throw unprocessable('Reference does not exist');
    case 'not-fast-forward':
      throw unprocessable('Update is not a fast forward');
    case 'no-such-object':
      throw unprocessable('Object does not exist');
  }
  await refsMoved(hub, actor, repository, [{ ref, before: before?.sha ?? nothing, after: sha }]);
  return ok(renderRef(hub.url, repository, { ref, sha, type: 'commit' }));
}

async function createCommit(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, actor } = call;
  const wish = z.object({
    message: z.string(),
    tree: z.string(),
    parents: z.array(z.string()).default([]),
    author: person.optional(),
    committer: person.partial().optional(),
  });
  const input = parseBody(call, wish);
  const git = hub.git(repository);
  if ((await git.tree(input.tree, { recursive: false })) === null) throw unprocessable('Tree SHA does not exist');
  for (const parent of input.parents) {
    if ((await git.commit(parent)) === null) throw unprocessable('Parent SHA does not exist or is not a commit object');
  }
  const own = signatureOf(hub, actor.user);
  const author = input.author === undefined ? own : signed(input.author, own);
  const committer = input.committer === undefined ? author : signed(input.committer, author);
  const { message, tree, parents } = input;
  const sha = await git.createCommit({ message, tree, parents, author, committer });
  const commit = await git.commit(sha);
  if (commit === null) throw new Refusal(500, 'The commit is gone');
  return created(renderCommit(hub.url, repository, commit));
}

type PartialPerson = {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly date?: string | undefined;
};

function signed(given: PartialPerson, fallback: Signature): Signature {
  const at = given.date === undefined ? fallback.at : Date.parse(given.date);
  return { name: given.name ?? fallback.name, email: given.email ?? fallback.email, at };
}

async function createTree(call: RepositoryCall): Promise<Reply> {
  const entry = z.object({
    path: z.string(),
    mode: z.enum(['100644', '100755', '040000', '160000', '120000']).default('100644'),
    type: z.string().optional(),
    sha: z.string().nullish(),
    content: z.string().optional(),
  });
  const input = parseBody(call, z.object({ tree: z.array(entry), base_tree: z.string().nullish() }));
  const git = call.hub.git(call.repository);
  const changes = [];
  for (const { path, mode, sha, content } of input.tree) {
    changes.push({ path, mode, sha: content === undefined ? (sha ?? null) : await git.createBlob(content) });
  }
  const sha = await git.createTree(input.base_tree ?? null, changes).catch(() => {
    throw unprocessable('tree contains a malformed path or an object that does not exist');
  });
  return created(await renderTree(call, sha, false));
}

async function renderTree(call: RepositoryCall, sha: string, recursive: boolean): Promise<unknown> {
  const entries = await call.hub.git(call.repository).tree(sha, { recursive });
  if (entries === null) return null;
  const api = `${repositoryUrl(call)}/git`;
  return {
    sha,
    url: `${api}/trees/${sha}`,
    truncated: false,
    tree: entries.map(({ path, mode, type, sha: object, size }) => ({
      path,
      mode,
      type,
      sha: object,
      ...(size !== null && { size }),
      ...(type !== 'commit' && { url: `${api}/${type}s/${object}` }),
    })),
  };
}
