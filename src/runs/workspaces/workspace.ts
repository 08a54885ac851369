import type { SessionId } from '../../domain/ids.ts';

export type WorkspaceRequest = {
  readonly sessionId: SessionId;
  /** Absolute path of our mirror of the repository. */
  readonly mirrorPath: string;
  /** The commit to start from; the mirror has it. */
  readonly base: string;
  /** The branch to work on, at `base`. */
  readonly branch: string;
  /** Who commits in it, unless the agent says otherwise. */
  readonly identity: { readonly name: string; readonly email: string };
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
  /** Removes it with all that is in it; links in it are removed, not followed. One that is not there is no error. */
  remove(sessionId: SessionId): Promise<void>;
  /** The sessions that have one, in no particular order. */
  list(): Promise<readonly SessionId[]>;
};
