import { isOperator, type Person } from '../people.ts';
import type { Crossing } from './budget.ts';

/** Whether only an operator may add to what was crossed. */
export function isForOperators({ scope, isForOperators: isSo }: Crossing): boolean {
  return scope === 'server-day' || isSo === true;
}

/** Whether this person's answer may add to it. */
export function mayAdd(crossing: Crossing, by: Person): boolean {
  return isOperator(by) || !isForOperators(crossing);
}
