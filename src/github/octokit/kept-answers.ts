import type { Answer } from './heard.ts';

const BYTES_MAX = 16 * 1024 * 1024; // a few hundred full pages: more than the background reads of a busy server
const ONE_BYTES_MAX = 2 * 1024 * 1024; // one giant answer must not push out all others
const BYTES_A_CHARACTER = 2;

/** Answers that GitHub may call unchanged (304), which costs nothing of the primary limit. */
export type KeptAnswers = {
  /**
   * The tag to ask with, and the answer for when GitHub calls that unchanged; null when nothing is kept. It stays whole
   * whatever is kept or forgotten meanwhile.
   */
  readonly recall: (key: string) => { readonly tag: string; readonly unchanged: () => Answer } | null;
  readonly keep: (key: string, answer: Answer) => void;
};

type Kept = { readonly tag: string; readonly text: string; readonly link: string | undefined; readonly bytes: number };

/**
 * The answers used last, in memory. Nothing in it is ever believed without asking GitHub: it saves what a read costs, not
 * the read. It begins empty after a restart, which costs each list one counted read.
 */
export function createKeptAnswers(bytesMax = BYTES_MAX): KeptAnswers {
  const answers = new Map<string, Kept>(); // the one used last comes last
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= answers.get(key)?.bytes ?? 0;
    answers.delete(key);
  };
  return {
    recall(key) {
      const kept = answers.get(key);
      if (!kept) return null;
      answers.delete(key);
      answers.set(key, kept);
      const { tag, text, link } = kept;
      return { tag, unchanged: () => ({ status: 200, data: JSON.parse(text), headers: { etag: tag, link } }) };
    },
    keep(key, { status, data, headers }) {
      drop(key);
      const tag = headers['etag'];
      if (status !== 200 || typeof tag !== 'string') return;
      const text = textOf(data);
      if (text === null) return;
      const size = (key.length + text.length) * BYTES_A_CHARACTER;
      if (size > Math.min(ONE_BYTES_MAX, bytesMax)) return;
      const { link } = headers;
      answers.set(key, { tag, text, link: link === undefined ? undefined : String(link), bytes: size });
      bytes += size;
      for (const oldest of answers.keys()) {
        if (bytes <= bytesMax) break;
        drop(oldest);
      }
    },
  };
}

/** Null for what JSON cannot give back as it was: whole numbers beyond 2^53, which Octokit reads exactly. */
function textOf(data: unknown): string | null {
  try {
    return JSON.stringify(data) ?? null;
  } catch {
    return null;
  }
}
