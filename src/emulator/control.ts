import type { Act } from './act/acts.ts';
import type { RequestRecord } from './request-log.ts';
import type { Delivery, DeliveryItem } from './deliveries/log.ts';
import type { FaultState } from './faults.ts';
import type { FaultInput } from './faults/fault.ts';
import type { RateMeter } from './rate-limits.ts';
import type { Limits } from './rate-limits/meter.ts';
import type { Json } from './resources/json.ts';
import type { RepositorySeed } from './seed.ts';
import type { Thread } from './thread.ts';

/** The emulator's own levers: the same over HTTP under `/_emulator/`, and in-process. */
export type Control = {
  /** Makes a person do something; gives what GitHub answers. Rejects when GitHub would refuse. */
  readonly act: (act: Act) => Promise<unknown>;
  /** One repository more. */
  readonly addRepository: (seed: RepositorySeed) => Promise<{ readonly id: number }>;
  /** A personal token, for tools that act as somebody over the API or git. */
  readonly userToken: (login: string) => string;
  /** Where the App's webhooks go from now on; null: nowhere. */
  readonly setWebhookUrl: (url: string | null) => void;
  readonly addFault: (fault: FaultInput) => number;
  readonly clearFaults: (id?: number) => void;
  readonly faults: () => readonly FaultState[];
  readonly requests: () => readonly RequestRecord[];
  /** Answers of ours that broke GitHub's contract; always empty unless `checkResponses` is on. */
  readonly responseProblems: () => readonly string[];
  readonly meters: () => readonly RateMeter[];
  readonly setLimits: (limits: Partial<Limits>) => void;
  readonly thread: (repo: string, number: number) => Thread;
  readonly threads: (repo: string) => readonly Thread[];
  /** Check runs in GitHub's shape, with their buttons. */
  readonly checkRuns: (repo: string) => readonly Json[];
  /** The App's deliveries, newest first. */
  readonly deliveries: () => readonly DeliveryItem[];
  readonly delivery: (id: number) => Delivery | null;
  /** Resolves once no delivery is in flight. */
  readonly settle: () => Promise<void>;
  /** Moves the emulator's clock forward: tokens age, limits refill. */
  readonly advanceClock: (ms: number) => void;
  /** What a server needs to be this App. */
  readonly app: () => AppCredentials;
};

export type AppCredentials = {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Of its first installation, or null. */
  readonly installationId: number | null;
};
