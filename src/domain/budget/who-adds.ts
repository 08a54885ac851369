import { isOperator, type Person } from '../people.ts';
import type { Crossing } from './budget.ts';

/**
 * What all repositories share only an operator raises: else whoever may write in one of them could spend what others need.
 * A session and a repository people may raise themselves, to `multipleMax` times their size. Another run after one that
 * used up its own budget is raised by nothing: it takes from the session's.
 */
export function needsOperator(
  { scope, limit, step }: Pick<Crossing, 'scope' | 'limit' | 'step'>,
  multipleMax: number,
): boolean {
  return scope === 'server-day' || (scope !== 'run' && limit + step > step * multipleMax);
}

/** Whether only an operator may add to what was crossed. */
export function isForOperators({ scope, isForOperators: isSo }: Crossing): boolean {
  return scope === 'server-day' || isSo === true;
}

/** Whether this person's answer may add to it. */
export function mayAdd(crossing: Crossing, by: Person): boolean {
  return isOperator(by) || !isForOperators(crossing);
}
