/** What happens to one delivery on its way: usually nothing special. */
export type DeliveryPlan = {
  /** How often it is sent with the same GUID; 0: never. */
  readonly copies: number;
  /** Whether a delivery that is never sent stands in the log as failed; a lost one does not. */
  readonly isLogged: boolean;
  readonly delayMs: number;
  /** It waits until a later delivery has overtaken it, at most this long; 0: it does not wait. */
  readonly holdMs: number;
};

/** Sent once, at once. */
export const plainPlan: DeliveryPlan = { copies: 1, isLogged: true, delayMs: 0, holdMs: 0 };
