import type { IncomingMessage } from 'node:http';

import { Refusal } from './errors.ts';

const BODY_BYTES_MAX = 25 * 1024 * 1024; // more than any operation of GitHub takes

/** The bytes of a request; 413 while reading when there are too many. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_BYTES_MAX) throw new Refusal(413, 'Payload too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** JSON, or undefined when there is nothing; 400 when it is none. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return value;
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}
