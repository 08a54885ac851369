import { expect, test } from 'vitest';

import { openWorld, refusal, shop } from './world.ts';

test('a commit is made of blobs and trees, and a branch is put on it', async () => {
  const { asBot, emulator, names } = await openWorld();
  const { data: main } = await asBot.git.getRef({ ...shop, ref: 'heads/main' });
  const { data: blob } = await asBot.git.createBlob({ ...shop, content: 'aGk=', encoding: 'base64' });
  const { data: tree } = await asBot.git.createTree({
    ...shop,
    base_tree: main.object.sha,
    tree: [{ path: 'docs/hi.txt', mode: '100644', type: 'blob', sha: blob.sha }],
  });
  const { data: commit } = await asBot.git.createCommit({
    ...shop,
    message: 'Say hi',
    tree: tree.sha,
    parents: [main.object.sha],
  });
  expect(commit.author.name).toBe('steward[bot]');
  const made = { ...shop, ref: 'refs/heads/hi', sha: commit.sha };
  await asBot.git.createRef(made);
  expect(await refusal(asBot.git.createRef(made))).toBe(422);
  expect(await refusal(asBot.git.createRef({ ...made, ref: 'refs/heads/no', sha: 'f'.repeat(40) }))).toBe(422);
  expect(await refusal(asBot.git.updateRef({ ...shop, ref: 'heads/hi', sha: '0'.repeat(39) + '1' }))).toBe(422);
  await asBot.git.updateRef({ ...shop, ref: 'heads/hi', sha: main.object.sha, force: true });
  expect(await refusal(asBot.git.updateRef({ ...shop, ref: 'heads/nowhere', sha: commit.sha }))).toBe(422);
  const { data: matching } = await asBot.git.listMatchingRefs({ ...shop, ref: 'heads/' });
  expect(matching.map(({ ref }) => ref)).toEqual(['refs/heads/hi', 'refs/heads/main']);
  await asBot.git.deleteRef({ ...shop, ref: 'heads/hi' });
  expect(await refusal(asBot.git.getRef({ ...shop, ref: 'heads/hi' }))).toBe(404);
  expect((await asBot.git.getTree({ ...shop, tree_sha: 'main', recursive: 'true' })).data.tree).toHaveLength(3);
  expect((await asBot.git.getBlob({ ...shop, file_sha: blob.sha })).data.content).toBe('aGk=');
  expect((await asBot.git.getCommit({ ...shop, commit_sha: commit.sha })).data.message).toBe('Say hi');
  await emulator.settled();
  expect(names().filter((name) => name === 'push')).toHaveLength(3);
});

test('files are read and written by path', async () => {
  const { asBot } = await openWorld();
  const { data: file } = await asBot.repos.getContent({ ...shop, path: 'src/price.js' });
  if (Array.isArray(file) || file.type !== 'file') throw new Error('not a file');
  expect(Buffer.from(file.content, 'base64').toString()).toBe('export const price = 1;\n');
  const { data: directory } = await asBot.repos.getContent({ ...shop, path: 'src' });
  expect(directory).toMatchObject([{ name: 'price.js', type: 'file', path: 'src/price.js' }]);
  const raw = await asBot.repos.getContent({ ...shop, path: 'README.md', mediaType: { format: 'raw' } });
  expect(raw.data).toBe('# Shop\n');
  expect(await refusal(asBot.repos.getContent({ ...shop, path: 'no/such' }))).toBe(404);
  const write = { ...shop, path: 'src/price.js', message: 'Two', content: Buffer.from('2\n').toString('base64') };
  expect(await refusal(asBot.repos.createOrUpdateFileContents(write))).toBe(422);
  expect(await refusal(asBot.repos.createOrUpdateFileContents({ ...write, sha: 'f'.repeat(40) }))).toBe(409);
  const updated = await asBot.repos.createOrUpdateFileContents({ ...write, sha: file.sha });
  expect(updated.status).toBe(200);
  const fresh = await asBot.repos.createOrUpdateFileContents({ ...write, path: 'new.txt', branch: 'main' });
  expect(fresh.status).toBe(201);
});

test('branches, commits and comparisons', async () => {
  const { asBot, as, emulator } = await openWorld();
  const push = { as: 'ada', do: 'push', repo: 'acme/shop', files: { 'a/b.txt': 'b\n' }, message: 'Add b' } as const;
  await emulator.control.act({ ...push, branch: 'feature/b' });
  const { data: branches } = await asBot.repos.listBranches(shop);
  expect(branches.map(({ name }) => name)).toEqual(['feature/b', 'main']);
  const { data: branch } = await asBot.repos.getBranch({ ...shop, branch: 'feature/b' });
  expect(branch).toMatchObject({ name: 'feature/b', protected: false, commit: { commit: { message: 'Add b' } } });
  const { data: compared } = await asBot.repos.compareCommitsWithBasehead({ ...shop, basehead: 'main...feature/b' });
  expect(compared).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0, files: [{ filename: 'a/b.txt' }] });
  const { data: commits } = await asBot.repos.listCommits({ ...shop, sha: 'feature/b', path: 'a/b.txt' });
  expect(commits.map(({ commit }) => commit.message)).toEqual(['Add b']);
  const { data: commit } = await asBot.repos.getCommit({ ...shop, ref: 'feature/b' });
  expect(commit).toMatchObject({ stats: { additions: 1, total: 1 }, author: { login: 'ada' } });
  const { status } = await asBot.repos.merge({ ...shop, base: 'main', head: 'feature/b' });
  expect(status).toBe(201);
  expect((await asBot.repos.merge({ ...shop, base: 'main', head: 'feature/b' })).status).toBe(204);
  expect(await refusal(as('acme').repos.getBranchProtection({ ...shop, branch: 'main' }))).toBe(404);
});
