import { AGENT_LABEL_PREFIX } from '../domain/session/display.ts';
import type { Session } from '../domain/session/session.ts';
import { instant } from './duration.ts';

/** What the card says of a session that runs again by itself: what happened, and what comes next. */
export function retryingText({ runs, retryAt }: Extract<Session, { state: 'retrying' }>): string {
  const last = runs.at(-1)?.end?.reason;
  if (last === 'crashed') {
    return `The agent ended with an error. It goes on where it was, this one time by itself, at ${instant(retryAt)}.`;
  }
  if (last === 'lost') {
    return `The run was lost with its process or machine, not by a fault of the agent. It goes on where it was at ${instant(retryAt)} by itself.`;
  }
  if (last === 'rate-limited') {
    return `The agent’s model takes no more requests for now. Its work goes on at ${instant(retryAt)} by itself; the label \`${AGENT_LABEL_PREFIX}NAME\` gives it to another agent at once.`;
  }
  if (last === 'model-failed') {
    return `The agent’s model failed or could not be reached. Another try follows at ${instant(retryAt)} by itself.`;
  }
  if (last === 'setup-failed') {
    return `What the repository depends on could not be set up, so no agent was started. Another try follows at ${instant(retryAt)} by itself.`;
  }
  return `The machine or GitHub had a mishap, not the agent. Another try follows at ${instant(retryAt)} by itself.`;
}
