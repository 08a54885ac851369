import { closeSync, constants, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

import type { Redactor } from '../lib/redact.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { transcriptHeader } from '../runs/run-directory/transcript.ts';

export const TRANSCRIPT_PART_BYTES_MAX = 2_500_000; // two of them are what a person can still search; a run may print far more
const PENDING_CHARACTERS_MAX = 64_000; // a line, or a key block, longer than this is redacted in pieces
const LINE_END = 0x0a;
const LAST_WORDS_MAX = 200; // characters

/** The newest of what the agent printed, redacted, without control characters: one part, and the one before it. */
export type Transcript = {
  append(bytes: Buffer): void;
  /** Whole lines of our own, never in the middle of one of the agent's. */
  line(text: string): void;
  /** The last line with anything on it, cut short. */
  lastWords(): string;
  close(): void;
};

/** Begins `transcript.log`, which only the owner can read. Lines are written once they are whole. */
export function openTranscript(
  directory: RunDirectory,
  redact: Redactor,
  onError: (error: unknown) => void,
): Transcript {
  let file = openPart(directory.transcript);
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let end = 0; // of the whole transcript
  let partBegin = 0;
  let isOver = false;
  let lastWords = '';
  let isLineOpen = false;

  const write = (text: string): void => {
    if (text === '' || isOver) return;
    const clean = plain(redact(text));
    const bytes = Buffer.from(clean);
    lastWords = clean.trimEnd().split('\n').at(-1)?.trim().slice(0, LAST_WORDS_MAX) || lastWords;
    try {
      if (end - partBegin + bytes.length > TRANSCRIPT_PART_BYTES_MAX) {
        const next = beginPart(directory, end);
        closeSync(file);
        file = next;
        partBegin = end;
      }
      writeAll(file, bytes);
      end += bytes.length;
    } catch (error) {
      isOver = true; // a full disk costs the rest of the transcript, not the run
      onError(error);
    }
  };

  const append = (bytes: Buffer): void => {
    if (isOver || bytes.length === 0) return;
    isLineOpen = bytes.at(-1) !== LINE_END;
    pending += decoder.write(bytes);
    const size = pending.length > PENDING_CHARACTERS_MAX ? pending.length : wholeLines(pending);
    write(pending.slice(0, size));
    pending = pending.slice(size);
  };
  return {
    append,
    line(text) {
      if (isLineOpen) append(Buffer.from('\n'));
      const words = lastWords;
      append(Buffer.from(text));
      lastWords = words; // these are ours
    },
    lastWords: () => lastWords,
    close() {
      write(pending + decoder.end());
      isOver = true;
      closeSync(file);
    },
  };
}

/** The part in hand becomes the one before, and the next takes its place: `transcript.log` is there at every instant. */
function beginPart({ transcript, transcriptBefore }: RunDirectory, begin: number): number {
  const draft = `${transcript}.new`;
  rmSync(draft, { force: true });
  const file = openPart(draft);
  try {
    writeAll(file, Buffer.from(transcriptHeader(begin)));
    const second = `${transcriptBefore}.new`;
    rmSync(second, { force: true });
    linkSync(transcript, second);
    renameSync(second, transcriptBefore);
    renameSync(draft, transcript);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openPart(path: string): number {
  return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
}

/** A disk that is nearly full takes a piece only; the next call then says why. */
function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
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
