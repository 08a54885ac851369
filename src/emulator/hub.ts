import type { Clock } from '../lib/clock.ts';
import type { AppTokens } from './app-tokens.ts';
import type { Deliveries } from './deliveries.ts';
import type { PullFacts } from './resources/pull.ts';
import type { Json } from './resources/json.ts';
import type { Repository as GitRepository } from './repository.ts';
import type { RateLimits } from './rate-limits.ts';
import type { App, User } from './state/people.ts';
import type { Hook, Repository } from './state/repositories.ts';
import type { State } from './state.ts';

/** What every part of the emulator works on. */
export type Hub = {
  /** `http://127.0.0.1:PORT`: the base of every address in answers and events. */
  readonly url: string;
  readonly clock: Clock;
  readonly state: State;
  git(repository: Repository): GitRepository;
  /** Moves the repository's files on disk to where its new owner and name say. */
  moveGit(repository: Repository, to: { readonly owner: string; readonly name: string }): Promise<void>;
  readonly tokens: AppTokens;
  readonly rateLimits: RateLimits;
  /** Stands in for nobody. */
  readonly ghost: User;
  /** Runs one change after another. */
  exclusively<Value>(change: () => Promise<Value>): Promise<Value>;
  deliver(delivery: OutgoingDelivery): void;
  deliveriesOf(app: App): Deliveries;
  /** What git said about a pair of commits; they cannot change. */
  readonly comparisons: Map<string, Promise<ComparedCommits>>;
};

export type ComparedCommits = Pick<PullFacts, 'commits' | 'additions' | 'deletions' | 'changedFiles'> & {
  readonly isMergeable: boolean;
};

/** One webhook POST to be made: to the App's hook, or to one of a repository. */
export type OutgoingDelivery = {
  readonly to: { readonly kind: 'app'; readonly app: App } | { readonly kind: 'hook'; readonly hook: Hook };
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly payload: Json;
};
