import type { FailureReason } from '../domain/session/session.ts';

/** What went wrong, in one sentence for a maintainer. What to do about it is said by whoever shows it. */
export const failureText = {
  crashed: 'The agent ended with an error before its work was done.',
  'bad-output': 'The agent reported its results in a form that could not be read, so nothing of it was used.',
  'forged-marker': 'The agent’s output imitated one of our hidden markers, so nothing of it was used.',
  'output-flood': 'The agent wrote more output than is allowed and was ended.',
  'too-much-memory': 'The agent used more memory than is allowed and was ended.',
  'too-many-processes': 'The agent started more processes than are allowed and was ended.',
  'disk-full': 'The agent filled more of the disk than is allowed and was ended.',
  'timed-out': 'The agent needed more time than is allowed and was ended.',
  silent: 'The agent gave no sign of life for too long and was ended.',
  declined: 'The agent or its model would not do this work.',
  'rate-limited': 'The agent’s model takes no more requests for now.',
  'out-of-credit': 'The agent’s model account has no credit left.',
  'not-authenticated': 'The agent’s model refused its key.',
  'context-full': 'The conversation grew too long for the agent’s model.',
  'model-failed': 'The agent’s model failed or could not be reached, several times in a row.',
  'setup-failed': 'What the repository depends on could not be set up, in several tries, so no agent was started.',
  'not-started': 'The agent could not be started, in several tries.',
  lost: 'The agent was lost with its process or machine, several times in a row.',
  'no-changes': 'The agent ended without changing anything.',
  refused: 'The changes break the rules of this repository, so they were not pushed.',
  'cannot-publish': 'The finished changes could not be pushed, or no pull request could be opened for them.',
  'cannot-prepare': 'The workspace could not be prepared, in several tries.',
} satisfies Record<FailureReason, string>;

/** What a retry does once the work has ended, and what it leaves; `pull` is how the open pull request is shown, if there is one. */
export function retryText(commandPrefix: string, pull: string | null): string {
  const start = `\`${commandPrefix} retry\` starts afresh on a new branch.`;
  return pull === null ? start : `${start} ${pull} stays open as it is; close it if the new work is to take its place.`;
}

/** What usually helps before another try. */
export const failureAdvice = {
  crashed: 'Look at the detail below, then try again.',
  'bad-output': 'This is most likely a fault of the agent; another try may help.',
  'forged-marker':
    'Look for text in the issue or the repository that may have led the agent astray before trying again.',
  'output-flood': 'Look for text in the issue that may have caused it, then try again.',
  'too-much-memory':
    'Whoever runs the server can allow more (REEVE_RUN_MEMORY_MB); if the agent should not need it, try again.',
  'too-many-processes':
    'Whoever runs the server can allow more (REEVE_RUN_PROCESSES); if the agent should not need them, try again.',
  'disk-full':
    'Whoever runs the server can allow more (REEVE_RUN_DISK_MB); if the agent should not need it, try again.',
  'timed-out': 'A smaller issue, or a more precise one, is more likely to succeed.',
  silent: 'Another try may help; if it happens again, the agent’s setup needs a look.',
  declined: 'Say in a comment what is wanted and why it is in order, then try again.',
  'rate-limited': 'Try again later, or have another agent work on it.',
  'out-of-credit': 'Whoever runs the server should add credit to the account, then try again.',
  'not-authenticated': 'Whoever runs the server should check the agent’s key, then try again.',
  'context-full': 'A smaller issue, or a more precise one, is more likely to succeed.',
  'model-failed': 'Try again when the model is well; whoever runs the server can see more in the transcript.',
  'setup-failed':
    'The detail below ends with the last words of the setup command. Mend what it names in the repository, or ask whoever runs the server to look at the command (REEVE_SETUP), then try again.',
  'not-started': 'Whoever runs the server should check the agent’s setup.',
  lost: 'Whoever runs the server should check that the machine is well.',
  'no-changes': 'Say in a comment what should change, then try again.',
  refused: 'Say in a comment what to leave alone, then try again.',
  'cannot-publish': 'Check the branch and its protection, then try again.',
  'cannot-prepare': 'Whoever runs the server should check disk space and access to the repository.',
} satisfies Record<FailureReason, string>;
