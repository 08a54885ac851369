import type { Transcript } from '../transcript.ts';

/** The same transcript for one more program: the last words of those before it are not its own. */
export function withOwnWords(transcript: Transcript): Transcript {
  const before = transcript.lastWords();
  return {
    ...transcript,
    lastWords: () => {
      const now = transcript.lastWords();
      return now === before ? '' : now;
    },
  };
}
