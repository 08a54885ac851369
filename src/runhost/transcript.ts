import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

import type { Redactor } from '../lib/redact.ts';

export const TRANSCRIPT_BYTES_MAX = 5_000_000; // what a person can still search; a run may print far more
const PENDING_CHARACTERS_MAX = 64_000; // a line, or a key block, longer than this is redacted in pieces
const LAST_WORDS_MAX = 200; // characters
const MARKER = '\n[The transcript is full; the rest was not kept.]\n';

/** Everything the agent printed, redacted, without control characters, up to a cap. */
export type Transcript = {
  append(bytes: Buffer): void;
  /** The last line with anything on it, cut short. */
  lastWords(): string;
  close(): void;
};

/** Appends to the file at `path`, which only the owner can read. Lines are written once they are whole. */
export function openTranscript(path: string, redact: Redactor, onError: (error: unknown) => void): Transcript {
  const file = openSync(
    path,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let written = 0;
  let isFull = false;
  let lastWords = '';

  const write = (text: string): void => {
    if (text === '' || isFull) return;
    const clean = plain(redact(text));
    const bytes = Buffer.from(clean);
    lastWords = clean.trimEnd().split('\n').at(-1)?.trim().slice(0, LAST_WORDS_MAX) || lastWords;
    isFull = written + bytes.length > TRANSCRIPT_BYTES_MAX;
    const kept = isFull ? bytes.subarray(0, TRANSCRIPT_BYTES_MAX - written) : bytes;
    try {
      writeSync(file, kept);
      if (isFull) writeSync(file, MARKER);
    } catch (error) {
      isFull = true; // a full disk costs the rest of the transcript, not the run
      onError(error);
    }
    written += kept.length;
  };

  return {
    append(bytes) {
      if (isFull) return;
      pending += decoder.write(bytes);
      const end = pending.length > PENDING_CHARACTERS_MAX ? pending.length : wholeLines(pending);
      write(pending.slice(0, end));
      pending = pending.slice(end);
    },
    lastWords: () => lastWords,
    close() {
      write(pending + decoder.end());
      closeSync(file);
    },
  };
}

/** How much can be redacted already: whole lines, but no key block that has not ended yet. */
function wholeLines(text: string): number {
  const end = text.lastIndexOf('\n') + 1;
  const begin = text.lastIndexOf('-----BEGIN ', end);
  const isOpen = begin !== -1 && !text.slice(begin, end).includes('-----END ');
  return isOpen ? begin : end;
}

/** Control characters could rewrite what a reader's terminal shows. */
function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '');
}
