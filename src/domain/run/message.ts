/** Something that people say to an agent while it works. */
export type RunMessage = {
  /** Names it for good: a message is left, and told to the agent, once. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly text: string;
};

export const messageOutcomes = ['read', 'too-late', 'unsupported'] as const;
/** What became of a message: the agent has taken it up, it was over before, or it is one that cannot be told anything. */
export type MessageOutcome = (typeof messageOutcomes)[number];

export const MESSAGES_MAX = 100; // more than anybody says to one run
export const MESSAGE_CHARACTERS_MAX = 20_000; // of one: a long comment of people fits
export const MESSAGE_ID_CHARACTERS_MAX = 200;
