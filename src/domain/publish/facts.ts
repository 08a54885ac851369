/** What git stores at a path. `submodule` is a pointer to a commit of another repository. */
export type EntryKind = 'file' | 'executable' | 'symlink' | 'submodule';

/** One path that a run changed. */
export type ChangedFile = {
  /** From the top of the repository, with `/`. Hostile text. */
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'type-changed';
  /** Null when the path is gone. */
  readonly kind: EntryKind | null;
  /** Null when the path is new. */
  readonly oldKind: EntryKind | null;
  /** Of the new content; null for what has none (deletions, submodules). */
  readonly sizeBytes: number | null;
  /** Where a symlink points; null for everything else and for a target that is too long to be honest. Hostile text. */
  readonly symlinkTarget: string | null;
  /** Only of a submodule: what it would bring in. `url` as `.gitmodules` at head has it, null where it has none. Hostile text. */
  readonly submodule?: { readonly url: string | null; readonly commit: string };
  readonly isBinary: boolean;
  /** False when a later commit of the same run took the change back: nobody sees it in the end, but it would be pushed. */
  readonly isInTip: boolean;
};

export type CommitFacts = {
  readonly sha: string;
  /** First line of the message. Hostile text. */
  readonly subject: string;
};

/** All that separates the work of a run from the commit it started at, as our own git saw it. */
export type DiffFacts = {
  readonly base: string;
  readonly head: string;
  /** Oldest first. */
  readonly commits: readonly CommitFacts[];
  readonly files: readonly ChangedFile[];
  /** Lines, over text files, from base to head. */
  readonly additions: number;
  readonly deletions: number;
  /** False when head does not build on base. */
  readonly isDescendant: boolean;
  /** False when there was more than can be listed: then nothing may be concluded from what is missing here. */
  readonly isComplete: boolean;
  /** Paths to which something was added that looks like a credential; null when there was too much to look through. */
  readonly secretPaths: readonly string[] | null;
};
