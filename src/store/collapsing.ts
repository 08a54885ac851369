import type { Effect } from '../domain/effect/effect.ts';
import { unreachable } from '../lib/never.ts';

/** Whether the newest wish for a slot says all that an older one said, so that the older need not be performed. */
export function isCollapsing(kind: Effect['kind']): boolean {
  switch (kind) {
    case 'card':
    case 'labels':
    case 'question':
    case 'check':
    case 'publish':
      return true;
    case 'reply':
    case 'react':
    case 'doubt':
      return false;
    default:
      return unreachable(kind);
  }
}
