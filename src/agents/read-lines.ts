import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;
const PIECES_MAX = 4096; // pieces of one line before they are joined: a program that writes byte by byte must not cost an object for each
const HEAD_BYTES_MAX = 1024; // of a line that is too long: enough to see whom it was for, and nothing beside the cap

type LineReader = {
  /** A line of more bytes than this is skipped. */
  readonly bytesMax: number;
  /** One line as UTF-8, without its end; empty ones are left out. */
  onLine(line: string): void;
  /** Once for each line that is skipped, as soon as that is known, with what it has by then and how it begins. */
  onTooLong(bytes: number, head: string): void;
};

/**
 * Reads lines as they come, with no more than one of `bytesMax` in memory. Resolves when the stream has ended, closed or
 * failed; what came after the last line end is a line, too.
 */
export function readLines(stream: Readable, reader: LineReader): Promise<void> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let isSkipping = false;

  const take = (piece: Buffer): void => {
    if (isSkipping || piece.length === 0) return;
    bytes += piece.length;
    pieces.push(piece);
    if (bytes > reader.bytesMax) {
      const head = Buffer.concat(pieces).subarray(0, HEAD_BYTES_MAX).toString('utf8');
      pieces = [];
      isSkipping = true;
      reader.onTooLong(bytes, head);
    } else if (pieces.length >= PIECES_MAX) pieces = [Buffer.concat(pieces)];
  };
  const endLine = (): void => {
    const line = isSkipping || bytes === 0 ? null : Buffer.concat(pieces).toString('utf8');
    pieces = [];
    bytes = 0;
    isSkipping = false;
    if (line !== null) reader.onLine(line);
  };

  stream.on('data', (chunk: Buffer | string) => {
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let from = 0;
    for (let at = data.indexOf(NEWLINE); at !== -1; at = data.indexOf(NEWLINE, from)) {
      take(data.subarray(from, at));
      endLine();
      from = at + 1;
    }
    take(data.subarray(from));
  });
  return new Promise((resolve) => {
    const over = (): void => {
      endLine();
      resolve();
    };
    for (const event of ['end', 'close', 'error']) stream.once(event, over);
  });
}
