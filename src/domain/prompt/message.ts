import type { Person } from '../people.ts';
import { untrusted } from './untrusted.ts';
import { visible } from './visible.ts';

const MESSAGE_CHARACTERS_MAX = 8_000; // a remark; a run that needs more words needs another issue

/** What a person who may steer said while the agent works, as the agent gets it. */
export function messageText({ text, by }: { readonly text: string; readonly by: Person }): string {
  const name = visible(by.login).replace(/[^A-Za-z0-9[\]_-]/g, '') || 'somebody';
  return [
    `${name}, who may decide about this work, says while you work on it:`,
    untrusted(text, MESSAGE_CHARACTERS_MAX).text,
    'Heed it from here on, and go on with your task.',
  ].join('\n\n');
}
