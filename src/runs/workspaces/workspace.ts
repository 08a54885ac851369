import type { SessionId } from '../../domain/ids.ts';

export type WorkspaceRequest = {
  readonly sessionId: SessionId;
  /** Absolute path of our mirror of the repository. */
  readonly mirrorPath: string;
  /** The commit to start from; the mirror has it. */
  readonly base: string;
  /** The branch to work on, at `base`. */
  readonly branch: string;
  /** Who commits in it, unless the agent says otherwise; null leaves that to whoever does. */
  readonly identity: { readonly name: string; readonly email: string } | null;
  /** To bring kept work back instead of beginning some. */
  readonly restored?: {
    /** The commit whose files are laid on top of `base`, not committed; null for those of `base` itself. */
    readonly files: string | null;
    /** Why it is locked from the first. */
    readonly lock: string;
  };
};

/** One name in the directory of workspaces. */
export type WorkspaceEntry = {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** `draft`: half made or half removed. */
  readonly kind: 'workspace' | 'draft' | 'link' | 'other';
  /** When something was last added to it or taken from it (epoch ms), what lies deeper left out. */
  readonly changedAt: number;
};

/**
 * Where the runs of a session work. The directory of a session holds `repo` (a git repository with `branch` checked out), `home`
 * and `tmp`, which are its own and empty at first. It holds no credential.
 */
export type Workspaces = {
  /**
   * Gives the absolute path of the session's directory. One that is complete is left as it is, whatever has become of it:
   * the agent goes on where it was. One that was half made is made anew.
   */
  prepare(request: WorkspaceRequest): Promise<string>;
  /** Where it is, or would be. */
  pathOf(sessionId: SessionId): string;
  /**
   * Removes it with all that is in it; links in it are removed, not followed. One that is not there is no error; one that is
   * locked stays, and a UserError `workspace-locked` says why.
   */
  remove(sessionId: SessionId): Promise<void>;
  /** The sessions that have one, in no particular order. */
  list(): Promise<readonly SessionId[]>;
  /** Everything that is where workspaces are, ours or not. */
  entries(): Promise<readonly WorkspaceEntry[]>;
  /** Removes a draft that nobody works on any more; anything else is a bug and throws. */
  removeDraft(name: string): Promise<void>;
  /** What its agent writes to besides, together with the agents of other sessions; null for a workspace that is its own. */
  sharedPath(sessionId: SessionId): Promise<string | null>;
  /** Removes what workspaces share and none has used since `before` (epoch ms), unless one is being made; gives how much went. */
  removeUnused(before: number): Promise<number>;
  /** Keeps the one of a session from being removed until somebody removes the file `locked` in it. */
  lock(sessionId: SessionId, reason: string): Promise<void>;
  /** Why it is locked; null when it is not. */
  lockOf(sessionId: SessionId): Promise<string | null>;
};
