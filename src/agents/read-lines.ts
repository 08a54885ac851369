import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

type LineReader = {
  /** A longer line is not kept: what there is of it is let go while the rest goes by. */
  readonly bytesMax: number;
  /** One line as UTF-8, without its end. */
  readonly onLine: (line: string) => void;
  /** Once for each line that was too long, when it has passed. */
  readonly onTooLong: (bytes: number) => void;
};

/**
 * Reads lines from whoever writes them, and holds no more than one line of `bytesMax` in memory. Resolves when the stream has
 * ended, closed or failed; what came after the last line end is a line, too.
 */
export function readLines(stream: Readable, { bytesMax, onLine, onTooLong }: LineReader): Promise<void> {
  let parts: Buffer[] = [];
  let bytes = 0;

  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > bytesMax) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const end = (): void => {
    if (bytes > bytesMax) onTooLong(bytes);
    else onLine(Buffer.concat(parts).toString('utf8'));
    parts = [];
    bytes = 0;
  };

  stream.on('data', (chunk: Buffer | string) => {
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let from = 0;
    for (let at = data.indexOf(NEWLINE); at !== -1; at = data.indexOf(NEWLINE, from)) {
      take(data.subarray(from, at));
      end();
      from = at + 1;
    }
    take(data.subarray(from));
  });
  return new Promise((resolve) => {
    const over = (): void => {
      if (bytes > 0) end();
      resolve();
    };
    stream.once('end', over);
    stream.once('close', over);
    stream.once('error', over);
  });
}
