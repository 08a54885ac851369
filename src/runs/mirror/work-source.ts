import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { sessionId } from '../../domain/ids.ts';
import { readTextSafely } from '../run-directory/safe-read.ts';
import { isLinked, registrationOf, trunkOf } from '../workspaces/trunk.ts';
import { branchRef } from './refs.ts';
import { unsafeClone, unsafeObjects } from './workspace-check.ts';

const NAME_BYTES_MAX = 10_000;
const PACKED_REFS_BYTES_MAX = 16 * 1024 * 1024; // some hundred thousand branches

/** From where git may fetch what a run left. */
export type WorkSource =
  | { readonly kind: 'safe'; readonly path: string; readonly close: () => Promise<void> }
  | { readonly kind: 'unsafe'; readonly detail: string };

/**
 * A clone is read where it is, once its shape is known to be safe. A worktree shares its repository with other agents: it is read
 * by way of a repository of ours, made for this one time, that borrows its objects and names what is checked out and the
 * session's own branch; nothing else of it plays a part. Nothing may write to the workspace meanwhile.
 */
export async function openSource(
  mirrorPath: string,
  workspaceRepo: string,
  branch: string | null,
): Promise<WorkSource> {
  const trunk = trunkOf(mirrorPath);
  const id = sessionId(basename(dirname(workspaceRepo)));
  if (!(await isLinked(workspaceRepo, trunk, id).catch(() => false))) {
    const unsafe = await unsafeClone(workspaceRepo, mirrorPath);
    return unsafe === null
      ? { kind: 'safe', path: workspaceRepo, close: async () => {} }
      : { kind: 'unsafe', detail: unsafe };
  }
  const unsafe = await unsafeObjects(trunk, mirrorPath);
  if (unsafe !== null) return { kind: 'unsafe', detail: unsafe };
  const head = await readTextSafely(join(registrationOf(trunk, id), 'HEAD'), NAME_BYTES_MAX);
  return view(trunk, head.kind === 'read' ? head.value.trim() : '', branch);
}

/** A bare repository of ours with the objects of the trunk, and no more of it than two names. */
async function view(trunk: string, head: string, branch: string | null): Promise<WorkSource> {
  const path = await mkdtemp(join(tmpdir(), 'reeve-view-'));
  const close = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    const named = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
    const checkedOut = named === undefined ? shaIn(head) : await branchSha(trunk, named);
    const own = branch === null ? null : await branchSha(trunk, branch);
    for (const name of ['objects/info', 'refs/heads']) await mkdir(join(path, name), { recursive: true });
    await writeFile(join(path, 'config'), '[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n');
    await writeFile(join(path, 'objects/info/alternates'), `${join(trunk, 'objects')}\n`);
    await writeFile(join(path, 'HEAD'), checkedOut === null ? 'ref: refs/heads/nothing\n' : `${checkedOut}\n`);
    if (branch !== null && own !== null) {
      await mkdir(dirname(join(path, branchRef(branch))), { recursive: true });
      await writeFile(join(path, branchRef(branch)), `${own}\n`);
    }
    return { kind: 'safe', path, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where a branch of the trunk is; null when it is nowhere, or when its name leads out. */
async function branchSha(trunk: string, branch: string): Promise<string | null> {
  let ref: string;
  try {
    ref = branchRef(branch);
  } catch {
    return null;
  }
  const path = join(trunk, ref);
  const directory = await realpath(dirname(path)).catch(() => null);
  const loose = directory === dirname(path) ? await readTextSafely(path, NAME_BYTES_MAX) : null;
  if (loose?.kind === 'read') return shaIn(loose.value.trim());
  const packed = await readTextSafely(join(trunk, 'packed-refs'), PACKED_REFS_BYTES_MAX);
  const line = packed.kind === 'read' ? packed.value.split('\n').find((one) => one.endsWith(` ${ref}`)) : undefined;
  return line === undefined ? null : shaIn(line.slice(0, -ref.length - 1));
}

function shaIn(text: string): string | null {
  return /^[0-9a-f]{40}$/.test(text) ? text : null;
}
