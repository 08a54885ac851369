/** Tells whether a path (with `/`, from the top of the repository) is meant. */
export type PathMatcher = (path: string) => boolean;

/** What a run's work may look like for it to be pushed without a person. */
export type PublishPolicy = {
  /** Where runs may change things at all. */
  readonly isAllowed: PathMatcher;
  /** Where they may not, even within the allowed paths. */
  readonly isProtected: PathMatcher;
  readonly fileBytesMax: number;
  readonly filesMax: number;
  readonly commitsMax: number;
};
