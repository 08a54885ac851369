import type { MayWrite } from '../../src/github/github.ts';
import type { createJobs } from '../../src/loops/jobs.ts';
import type { Store } from '../../src/store/store.ts';
import type { Ports } from '../../src/work/ports.ts';
import type { Facts, Sent } from './github-facts.ts';
import type { Home } from './home.ts';
import type { Machine } from './machine.ts';
import type { Points } from './points.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

/** Something that must never be, as a word for its kind and what was seen. */
export type Violation = { readonly kind: ViolationKind; readonly detail: string };
export type ViolationKind =
  | 'bug' // the product threw what it never means to throw
  | 'stale-write' // a server wrote to the store after another one had taken the lease
  | 'stale-send' // or to GitHub
  | 'two-agents'
  | 'published-after-stop'
  | 'published-unapproved'
  | 'no-path' // the history of a session is none that the machine can go
  | 'lost' // a delivery that was accepted, or that GitHub still offers, is not ended in the inbox
  | 'set-aside'
  | 'doubled' // two live ones of a comment, a check run or a pull request
  | 'missing' // an effect counts as done and its comment is not there
  | 'shown-wrong' // the card or the label is not that of the session
  | 'left-over' // an ended session whose agent or workspace is still there
  | 'stuck';

/** All that there is in one schedule. */
export type World = {
  readonly design: Design;
  readonly home: Home;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly points: Points;
  readonly weather: Weather;
  readonly facts: Facts;
  readonly machine: Machine;
  /** How many of the places between two steps of a server the scheduler looks at, from 0 to 1. */
  readonly closeness: number;
  readonly servers: Server[];
  /** Guids of deliveries that were answered with success. */
  readonly acknowledged: Set<string>;
  readonly violations: Violation[];
  /** Servers whose writes nobody checks. */
  readonly unfenced: Set<number>;
  readonly isAwake: (server: number) => boolean;
  readonly violate: (kind: ViolationKind, detail: string) => void;
  readonly nextUuid: () => number;
  /** Starts the next server, if there may be one now. */
  readonly start: () => boolean;
  readonly crash: (server: Server) => void;
  readonly watchStore: <Value>(server: Server, verb: string, call: () => Value) => Value;
  readonly onSend: (server: Server, verb: string, subject: string) => void;
  readonly onPush: (server: Server, request: { readonly branch: string; readonly head: string }) => void;
  readonly onJobError: (error: unknown) => void;
};

/** One process of the product: its loops, queue and ports over one connection of the store. */
export type Server = {
  readonly number: number;
  readonly ports: Ports;
  isAlive: boolean;
  isAwake: boolean;
  /** It has found that its lease is lost, and will stop. */
  hasLost: boolean;
  /** Webhooks that it is answering. */
  readonly receiving: Set<Sent['attempts'][number]>;
};

type Jobs = ReturnType<typeof createJobs>;

/** The product, or the product with one of its safeguards taken away. */
export type Design = {
  readonly name: string;
  store(store: Store, world: World, server: Server): Store;
  mayWrite(mayWrite: MayWrite, store: Store): MayWrite;
  jobs(jobs: Jobs, ports: Ports): Jobs;
  /** Whether GitHub is answered before the delivery is stored. */
  readonly answersFirst: boolean;
};
