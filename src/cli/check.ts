/** What the doctor found in one place. */
export type Check = {
  readonly name: string;
  /** `warn`: the server starts, and its operator should know. */
  readonly verdict: 'ok' | 'warn' | 'mend';
  /** What was found and, if that is not well, how to mend it. */
  readonly says: string;
};
