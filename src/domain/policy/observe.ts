/** Why nothing starts in a repository whose mode is `observe`: what is told of work whose turn it is. */
export const OBSERVED = 'This repository only observes: the `mode` in `.github/reeve.yml` says so, and nothing starts.';
