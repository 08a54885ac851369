import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import type { RunDirectory } from '../run-directory.ts';

const HEADER_BYTES_MAX = 100;
const LOOKS_MAX = 5; // a part is begun at most a few times a second, and two files are opened in far less
const SEPARATOR = '\u001E'; // no agent can print it: control characters are removed from what it prints
const header = new RegExp(String.raw`^${SEPARATOR}\[This part begins at byte (\d{1,15})\.\]\n`);

/**
 * Some of what the agent printed. Offsets count the bytes of the whole transcript as it was written, also of what was
 * dropped from it since, so one that was read once stays right. They may cut a letter of several bytes.
 */
export type TranscriptPart = {
  /** Where `bytes` begin: later than asked for if that was dropped, earlier if so much has not been written yet. */
  readonly from: number;
  /** Empty at the end of what is written so far. */
  readonly bytes: Buffer;
  /** Where to go on. */
  readonly next: number;
  /** Where what is still kept begins: 0 unless something was dropped. */
  readonly droppedBefore: number;
};

type Segment = { readonly file: FileHandle; readonly base: number; readonly headerBytes: number; readonly end: number };

/**
 * Reads at most `maxBytes` from the offset `from` of a run's transcript, which may grow meanwhile. Changes nothing, and
 * needs neither the server nor the run host. Gives nothing while there is no transcript; rejects with a sentence when a
 * file of it is not what the run host makes.
 */
export async function readTranscript(
  directory: RunDirectory,
  { from, maxBytes }: { readonly from: number; readonly maxBytes: number },
): Promise<TranscriptPart> {
  const segments = await openSegments(directory);
  try {
    const [oldest] = segments;
    const end = segments.at(-1)?.end ?? 0;
    const droppedBefore = oldest?.base ?? 0;
    const start = Math.max(droppedBefore, Math.min(from, end));
    const segment = segments.find((one) => start < one.end);
    const bytes = segment === undefined ? Buffer.alloc(0) : await readFrom(segment, start, maxBytes);
    return { from: start, bytes, next: start + bytes.length, droppedBefore };
  } finally {
    await closeAll(segments);
  }
}

/** What the run host writes at the beginning of each part but the first. */
export function transcriptHeader(base: number): string {
  return `${SEPARATOR}[This part begins at byte ${base}.]\n`;
}

/** The parts that are kept, oldest first. A new part may begin between opening the two: then they are opened again. */
async function openSegments(directory: RunDirectory): Promise<Segment[]> {
  for (let look = 1; ; look += 1) {
    const current = await openSegment(directory.transcript);
    if (current === null) return [];
    if (current.base === 0) return [current];
    let before: Segment | null;
    try {
      before = await openSegment(directory.transcriptBefore);
    } catch (error) {
      await current.file.close();
      throw error;
    }
    if (before === null) return [current];
    if (before.end === current.base) return [before, current];
    await before.file.close();
    // Also while the part in hand has just become the one before and its successor is yet to come.
    if (look === LOOKS_MAX || before.base === current.base) return [current];
    await current.file.close();
  }
}

async function openSegment(path: string): Promise<Segment | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new Error(`${path} is not a regular file.`);
    const begin = await readBytes(file, 0, Math.min(HEADER_BYTES_MAX, facts.size));
    const match = header.exec(begin.toString('latin1'));
    const headerBytes = match?.[0].length ?? 0;
    const base = Number(match?.[1] ?? 0);
    return { file, base, headerBytes, end: base + facts.size - headerBytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readFrom({ file, base, headerBytes, end }: Segment, start: number, maxBytes: number): Promise<Buffer> {
  return readBytes(file, headerBytes + start - base, Math.min(maxBytes, end - start));
}

async function readBytes(file: FileHandle, position: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

async function closeAll(segments: readonly Segment[]): Promise<void> {
  await Promise.all(segments.map(({ file }) => file.close()));
}
