import { createHmac, timingSafeEqual } from 'node:crypto';

import type { RunRequest } from '../../domain/run/run.ts';
import type { RunDirectory } from '../run-directory.ts';
import { createFileOnce } from './create-file.ts';
import { parseJson, readTextSafely, type Reading } from './safe-read.ts';

const REQUEST_BYTES_MAX = 8_000_000; // a prompt of a million characters, escaped, and room to spare
// So that a signature made for something else is worth nothing here. The number rises with the form of a request: what an
// earlier version has signed is refused, and not read as if it were of this one.
const PURPOSE = 'reeve-run-request 3\n';

/**
 * Writes `request.json`: the request on the first line, `{"hmacSha256"}` over exactly these bytes on the second.
 * A request that is there already stays as it is. Rejects when the request is not of the form that a host works with.
 */
export async function writeRequest(directory: RunDirectory, request: RunRequest, key: Uint8Array): Promise<void> {
  const { runRequestSchema } = await import('../../domain/run/schema.ts');
  const line = JSON.stringify(runRequestSchema.parse(request)); // what no host could work with is not signed
  await createFileOnce(directory.request, `${line}\n${JSON.stringify({ hmacSha256: sign(line, key) })}\n`);
}

/** The request as it was written, for everybody who only wants to know. */
export async function readRequest(directory: RunDirectory): Promise<Reading<RunRequest>> {
  const reading = await readTextSafely(directory.request, REQUEST_BYTES_MAX);
  if (reading.kind !== 'read') return reading;
  const { runRequestSchema } = await import('../../domain/run/schema.ts'); // the run host never needs it
  return parseJson(directory.request, linesOf(reading.value)[0], runRequestSchema);
}

/**
 * The request for whoever will act on it: signed with `key`, or a problem. The signature says that it was checked before it
 * was written, so a run host need not know its form again.
 */
export async function readSignedRequest(directory: RunDirectory, key: Uint8Array): Promise<Reading<RunRequest>> {
  const reading = await readTextSafely(directory.request, REQUEST_BYTES_MAX);
  if (reading.kind !== 'read') return reading;
  const [line, signature] = linesOf(reading.value);
  const expected = JSON.stringify({ hmacSha256: sign(line, key) });
  if (!isEqual(signature, expected)) {
    return { kind: 'problem', problem: 'request.json does not carry our signature.' };
  }
  return { kind: 'read', value: JSON.parse(line) as RunRequest };
}

function sign(line: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(PURPOSE).update(line).digest('hex');
}

function linesOf(text: string): [string, string] {
  const [line = '', signature = ''] = text.split('\n', 2);
  return [line, signature];
}

function isEqual(one: string, other: string): boolean {
  const bytes = Buffer.from(one);
  const otherBytes = Buffer.from(other);
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes);
}
