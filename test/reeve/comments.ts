import type { Emulator } from '../../src/emulator/emulator.ts';

type Thread = ReturnType<Emulator['control']['thread']>;

export type OwnComment = {
  readonly id: number;
  /** What the comment is for: the first part of its slot. */
  readonly kind: 'card' | 'question' | 'reply' | 'unknown';
  readonly slot: string | null;
  /** Without the marker. */
  readonly body: string;
};

const BOT = 'reeve[bot]';
const ISSUES_MAX = 100;

/** Every issue and pull request of the repository. */
export function allThreads(emulator: Emulator, repo: string): Thread[] {
  const threads: Thread[] = [];
  for (let number = 1; number < ISSUES_MAX; number += 1) {
    try {
      threads.push(emulator.control.thread(repo, number));
    } catch {
      break;
    }
  }
  return threads;
}

/** What Reeve itself has written on a thread, by its hidden markers. */
export function ownComments(thread: Pick<Thread, 'comments'>): OwnComment[] {
  return thread.comments
    .filter(({ author }) => author === BOT)
    .map(({ id, body }) => {
      const match = /^<!-- reeve:([^:\s]+):[0-9a-f]+ -->\n/.exec(body);
      const slot = match ? decodeURIComponent(match[1]!) : null;
      return { id, slot, kind: kindOf(slot), body: match ? body.slice(match[0].length) : body };
    });
}

function kindOf(slot: string | null): OwnComment['kind'] {
  if (slot === null) return 'unknown';
  if (slot.startsWith('card:')) return 'card';
  if (slot.startsWith('question:')) return 'question';
  return slot.endsWith('/reply') ? 'reply' : 'unknown';
}

/** A thread as a maintainer reads it, for messages of failed tests. */
export function tellThread({ number, title, state, isPull, isDraft, labels, comments }: Thread): string {
  const head = `#${number} ${title} (${isPull ? 'pull request' : 'issue'}, ${state}${isDraft ? ', draft' : ''}) [${labels.join(', ')}]`;
  const said = comments.map(({ id, author, body, reactions }) => `${id} ${author} ${reactions.join(' ')}\n${body}`);
  return [head, ...said].join('\n---\n');
}
