import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { z } from 'zod';

import { messageOf } from '../../lib/errors.ts';

/** What reading a file that somebody else may have touched came to. A problem is one sentence. */
export type Reading<Value> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'problem'; readonly problem: string }
  | { readonly kind: 'read'; readonly value: Value };

/** A regular file's text. Follows no link, waits for no pipe, reads no more than `bytesMax`; never throws. */
export async function readTextSafely(path: string, bytesMax: number): Promise<Reading<string>> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (!facts.isFile()) return problem(path, 'is not a regular file');
    if (facts.size > bytesMax) return problem(path, `is larger than ${bytesMax} bytes`);
    const bytes = Buffer.alloc(facts.size); // what is appended meanwhile is for the next reader
    let size = 0;
    while (size < bytes.length) {
      const { bytesRead } = await file.read(bytes, size, bytes.length - size, size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return { kind: 'read', value: bytes.toString('utf8', 0, size) };
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      if (error.code === 'ENOENT') return { kind: 'absent' };
      if (error.code === 'ELOOP') return problem(path, 'is a symbolic link');
    }
    return problem(path, `cannot be read: ${messageOf(error)}`);
  } finally {
    await file?.close();
  }
}

/** The same for JSON of a known shape. */
export async function readJsonSafely<Value>(
  path: string,
  bytesMax: number,
  schema: z.ZodType<Value>,
): Promise<Reading<Value>> {
  const reading = await readTextSafely(path, bytesMax);
  return reading.kind === 'read' ? parseJson(path, reading.value, schema) : reading;
}

/** Text as JSON of a known shape; `path` only names it in the problem. */
export function parseJson<Value>(path: string, text: string, schema: z.ZodType<Value>): Reading<Value> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return problem(path, 'is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'read', value: parsed.data };
  const issue = parsed.error.issues[0];
  return problem(path, `is not what it should be: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

function problem(path: string, what: string): { kind: 'problem'; problem: string } {
  return { kind: 'problem', problem: `${path.slice(path.lastIndexOf('/') + 1)} ${what}.` };
}
