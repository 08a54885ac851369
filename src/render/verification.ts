type Verification = {
  readonly holds: boolean;
  readonly problems: readonly string[];
  readonly sessions: readonly unknown[];
};

/** What `reeve verify` says in a terminal. */
export function renderVerification({ holds, problems, sessions }: Verification): string {
  if (holds)
    return `Everything holds: ${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}, nothing lost, nothing left over.\n`;
  return `${problems.map((problem) => `- ${problem}`).join('\n')}\n`;
}
