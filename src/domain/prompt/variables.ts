import type { Session } from '../session/session.ts';
import type { Instructions } from './instructions.ts';
import type { PromptVariables } from './purposes.ts';
import { named } from './section.ts';
import {
  answersSection,
  commentsSection,
  instructionsSection,
  issueSection,
  rulesSection,
  type PromptComment,
  type PromptIssue,
} from './sections.ts';

/** The purposes for which the work of a session starts an agent. */
export type WorkPurpose = 'implement' | 'answer' | 'continue' | 'retry';

/** Everything that the prompt of such a run is made of. */
export type PromptRequest = {
  readonly purpose: WorkPurpose;
  /** `OWNER/NAME`. */
  readonly repository: string;
  readonly issue: PromptIssue;
  /** Of the issue and its pull request, oldest first. Those of bots, ours included, are passed over. */
  readonly comments: readonly PromptComment[];
  readonly instructions: Instructions;
  readonly session: Session;
  /** The agent begins a conversation, and the work was begun before. */
  readonly isTakenOver: boolean;
  /** Epoch ms. */
  readonly now: number;
};

/** What the template can say. Bounded, each part by itself. */
export function workVariables(request: PromptRequest): PromptVariables[WorkPurpose] {
  const { purpose, session, issue, isTakenOver } = request;
  const variables = {
    repository: named(request.repository),
    number: issue.number,
    rules: rulesSection(purpose, session.branch, { isTakenOver }),
    instructions: instructionsSection(request.instructions),
    issue: issueSection(issue),
    comments: commentsSection(request.comments, request.now),
    branch: session.branch,
    answers: answersSection(session.questions, { isTakenOver }),
  };
  return purpose === 'retry' ? { ...variables, pull: session.pull && { number: session.pull.number } } : variables;
}
