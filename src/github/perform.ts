import type { CheckContent, GitHub, LabelLook, RepositoryRef } from './github.ts';

/** Where a thing that we keep up to date may already be. */
type Known = {
  /** Its id on GitHub, once we were told. */
  readonly remoteId: string | null;
  /** An earlier try may have made it without our learning the id: look before making another. */
  readonly mayBeDone: boolean;
};

type CommentWish = Known & {
  readonly repository: RepositoryRef;
  readonly number: number;
  /** Hidden in the body: how we find our comment again. */
  readonly marker: string;
  readonly body: string;
};

/** Makes the comment, or brings it up to date; gives its id. Repeating it changes nothing that people see. */
export async function upsertComment(github: GitHub, wish: CommentWish): Promise<string> {
  const { repository, number, marker } = wish;
  const body = `${marker}\n${wish.body}`;
  return upsert(wish, {
    find: () => github.findComment(repository, number, marker),
    update: (id) => github.updateComment(repository, id, body),
    create: () => github.createComment(repository, number, body),
  });
}

/** Makes the comment once and never touches it again; gives its id. */
export async function createCommentOnce(github: GitHub, wish: CommentWish): Promise<string> {
  const { repository, number, marker } = wish;
  const id = wish.remoteId ?? (wish.mayBeDone ? await github.findComment(repository, number, marker) : null);
  return String(id ?? (await github.createComment(repository, number, `${marker}\n${wish.body}`)));
}

/** Makes the check run, or brings it up to date; gives its id. */
export async function upsertCheck(
  github: GitHub,
  wish: Known & { readonly repository: RepositoryRef; readonly headSha: string; readonly check: CheckContent },
): Promise<string> {
  const { repository, headSha, check } = wish;
  return upsert(wish, {
    find: () => github.findCheck(repository, headSha, check.externalId),
    update: (id) => github.updateCheck(repository, id, check),
    create: () => github.createCheck(repository, headSha, check),
  });
}

/** Of the labels that are ours, the issue ends with the wished one and no other. Labels of people are never touched. */
export async function showLabel(
  github: GitHub,
  wish: {
    readonly repository: RepositoryRef;
    readonly number: number;
    readonly wished: LabelLook | null;
    readonly ours: readonly string[];
  },
): Promise<void> {
  const { repository, number, wished, ours } = wish;
  const present = await github.labelsOf(repository, number);
  if (wished && !present.includes(wished.name)) await github.addLabel(repository, number, wished);
  for (const name of present) {
    if (ours.includes(name) && name !== wished?.name) await github.removeLabel(repository, number, name);
  }
}

type Upsert = {
  readonly find: () => Promise<number | null>;
  readonly update: (id: number) => Promise<'updated' | 'gone'>;
  readonly create: () => Promise<number>;
};

/** What we knew may be gone, and an earlier try may have made another without our learning its id. */
async function upsert({ remoteId, mayBeDone }: Known, { find, update, create }: Upsert): Promise<string> {
  if (remoteId !== null && (await update(Number(remoteId))) === 'updated') return remoteId;
  const found = mayBeDone ? await find() : null;
  if (found !== null && (await update(found)) === 'updated') return String(found);
  return String(await create());
}
