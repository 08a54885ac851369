import type { Act } from './act/acts.ts';
import type { RequestRecord } from './request-log.ts';
import type { Delivery, DeliveryItem } from './deliveries/log.ts';
import type { FaultState } from './faults.ts';
import type { FaultInput } from './faults/fault.ts';
import type { RateMeter } from './rate-limits.ts';
import type { Limits } from './rate-limits/meter.ts';
import type { RepositorySeed } from './seed.ts';
import type { Thread } from './thread.ts';

/** The emulator's own levers: the same over HTTP under `/_emulator/`, and in-process. */
export type Control = {
  /** Makes a person do something; gives what GitHub answers. Rejects when GitHub would refuse. */
  act(act: Act): Promise<unknown>;
  /** One repository more. */
  addRepository(seed: RepositorySeed): Promise<{ readonly id: number }>;
  /** A personal token, for tools that act as somebody over the API or git. */
  userToken(login: string): string;
  /** Where the App's webhooks go from now on; null: nowhere. */
  setWebhookUrl(url: string | null): void;
  addFault(fault: FaultInput): number;
  clearFaults(id?: number): void;
  faults(): readonly FaultState[];
  requests(): readonly RequestRecord[];
  /** Answers of ours that broke GitHub's contract; always empty unless `checkResponses` is on. */
  responseProblems(): readonly string[];
  meters(): readonly RateMeter[];
  setLimits(limits: Partial<Limits>): void;
  thread(repo: string, number: number): Thread;
  /** The App's deliveries, newest first. */
  deliveries(): readonly DeliveryItem[];
  delivery(id: number): Delivery | null;
  /** Resolves once no delivery is in flight. */
  settle(): Promise<void>;
  /** Moves the emulator's clock forward: tokens age, limits refill. */
  advanceClock(ms: number): void;
  /** What a server needs to be this App. */
  app(): AppCredentials;
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
