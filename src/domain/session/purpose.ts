import type { WorkPurpose } from '../prompt/variables.ts';
import { workedRuns } from './conversation.ts';
import type { RunRecord, Session } from './session.ts';

/** What the next run of a session is for; `earlier`: its runs before that. */
export function purposeOf(
  { questions, pull }: Pick<Session, 'questions' | 'pull'>,
  earlier: readonly RunRecord[],
): WorkPurpose {
  const previous = workedRuns(earlier).at(-1);
  if (!previous) return 'implement';
  const lastAnswer = questions.findLast((question) => !question.budget)?.answer;
  if (lastAnswer && previous.end && lastAnswer.at >= previous.end.at) return 'answer';
  if (previous.end?.reason === 'finished' && !pull) return 'continue'; // it had not heard what people said
  return previous.end?.reason === 'stopped' || previous.end?.reason === 'over-budget' ? 'continue' : 'retry';
}
