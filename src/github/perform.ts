import type { CheckContent, GitHub, LabelLook, OwnComment, RepositoryRef } from './github.ts';

/** Where a thing that we keep up to date may already be. */
type Known = {
  /** Its id on GitHub, once we were told. */
  readonly remoteId: string | null;
  /** An earlier try may have made it without our learning the id: look before making another. */
  readonly mayBeDone: boolean;
  /**
   * Asked when an earlier try may have made it and it is not to be found: throws while it may yet appear, because the lists
   * of GitHub lag behind; returns once another may be made, and will be looked after.
   */
  readonly again: () => Promise<void>;
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
    find: () => findComment(github, wish),
    update: (id) => github.updateComment(repository, id, body),
    create: () => github.createComment(repository, number, body),
  });
}

/** Makes the comment once and never touches it again; gives its id. */
export async function createCommentOnce(github: GitHub, wish: CommentWish): Promise<string> {
  const { repository, number, marker } = wish;
  return upsert(wish, {
    find: () => findComment(github, wish),
    update: async () => 'updated',
    create: () => github.createComment(repository, number, `${marker}\n${wish.body}`),
  });
}

/** Makes the check run, or brings it up to date; gives its id. */
export async function upsertCheck(
  github: GitHub,
  wish: Known & { readonly repository: RepositoryRef; readonly headSha: string; readonly check: CheckContent },
): Promise<string> {
  const { repository, headSha, check } = wish;
  return upsert(wish, {
    find: async () => (await github.findChecks(repository, headSha, check.externalId)).at(-1)?.id ?? null,
    update: (id) => github.updateCheck(repository, id, check),
    create: () => github.createCheck(repository, headSha, check),
  });
}

/**
 * Of the labels that are ours, the issue ends with the wished one and no other. Labels of people are never touched. The
 * answer to adding one tells which others there are.
 */
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
  const present = wished
    ? await github.addLabel(repository, number, wished)
    : await github.labelsOf(repository, number);
  for (const name of present) {
    if (ours.includes(name) && name !== wished?.name) await github.removeLabel(repository, number, name);
  }
}

/**
 * Leaves one of the comments that carry our marker: the oldest, with what the one we brought up to date last says. Gives
 * its id (null: there is none) and how many it removed.
 */
export async function keepOneComment(
  github: GitHub,
  { repository, number, marker, remoteId }: Pick<CommentWish, 'repository' | 'number' | 'marker' | 'remoteId'>,
): Promise<{ readonly remoteId: string | null; readonly removed: number }> {
  const listed = await github.findComments(repository, number, marker);
  const known = listed.find(({ id }) => String(id) === remoteId) ?? (await unlisted(github, repository, remoteId));
  const ours = known && !listed.includes(known) ? [...listed, known].toSorted((one, two) => one.id - two.id) : listed;
  const [oldest] = ours;
  if (!oldest) return { remoteId, removed: 0 };
  const current = known ?? ours.at(-1) ?? oldest;
  if (current.body !== oldest.body) await github.updateComment(repository, oldest.id, current.body);
  const others = ours.slice(1);
  for (const { id } of others) await github.deleteComment(repository, id);
  return { remoteId: String(oldest.id), removed: others.length };
}

/**
 * Leaves one of the check runs that carry our id: the newest, which is the one that GitHub shows. Check runs cannot be
 * deleted: the others are completed as neutral and say why. Gives the id (null: there is none) and how many those were.
 */
export async function keepOneCheck(
  github: GitHub,
  wish: Pick<Known, 'remoteId'> & {
    readonly repository: RepositoryRef;
    readonly headSha: string;
    readonly check: CheckContent;
  },
): Promise<{ readonly remoteId: string | null; readonly removed: number }> {
  const { repository, headSha, check, remoteId } = wish;
  const listed = (await github.findChecks(repository, headSha, check.externalId)).map(({ id }) => id);
  const ours = [...new Set([...listed, ...(remoteId === null ? [] : [Number(remoteId)])])].toSorted((a, b) => a - b);
  const newest = ours.at(-1);
  if (newest === undefined) return { remoteId, removed: 0 };
  if (String(newest) !== remoteId) await github.updateCheck(repository, newest, check);
  const others = ours.slice(0, -1);
  for (const id of others) await github.updateCheck(repository, id, supersededCheck(check));
  return { remoteId: String(newest), removed: others.length };
}

/** The one that we know of, which a list that lags behind may not show. */
async function unlisted(github: GitHub, repository: RepositoryRef, id: string | null): Promise<OwnComment | null> {
  return id === null ? null : github.comment(repository, Number(id));
}

/** Its id names no session, so that it is not found again and its buttons do nothing. */
function supersededCheck({ name, externalId, startedAt }: CheckContent): CheckContent {
  return {
    ...{ name, startedAt, externalId: `${externalId}/superseded`, actions: [] },
    title: 'Superseded by a newer check run',
    summary:
      'GitHub did not say that this check run was made, so it was made again. The newer one tells how the work stands.',
    ...{ status: 'completed', conclusion: 'neutral', completedAt: startedAt },
  };
}

async function findComment(github: GitHub, { repository, number, marker }: CommentWish): Promise<number | null> {
  return (await github.findComments(repository, number, marker))[0]?.id ?? null;
}

type Upsert = {
  readonly find: () => Promise<number | null>;
  readonly update: (id: number) => Promise<'updated' | 'gone'>;
  readonly create: () => Promise<number>;
};

/** What we knew may be gone, and an earlier try may have made another without our learning its id. */
async function upsert({ remoteId, mayBeDone, again }: Known, { find, update, create }: Upsert): Promise<string> {
  if (remoteId !== null && (await update(Number(remoteId))) === 'updated') return remoteId;
  if (mayBeDone) {
    const found = await find();
    if (found !== null && (await update(found)) === 'updated') return String(found);
    await again();
  }
  return String(await create());
}
