import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import {
  MESSAGE_CHARACTERS_MAX,
  MESSAGE_ID_CHARACTERS_MAX,
  MESSAGES_MAX,
  type RunMessage,
} from '../../domain/run/message.ts';
import type { RunDirectory } from '../run-directory.ts';
import { readTextSafely } from './safe-read.ts';

const MESSAGES_BYTES_MAX = 2_000_000; // a hundred long comments, most of whose letters take a byte

/** `left`: it is there, now or since an earlier call. `full`: this run takes no more. */
export type Leaving = 'left' | 'full';

/**
 * Leaves a message for the agent of a run, durably, once for each id however often it is called. Only the server writes
 * here. A line that a crash has cut off is closed, and counts for nothing.
 */
export async function leaveMessage(directory: RunDirectory, { id, at, text }: RunMessage): Promise<Leaving> {
  const reading = await readTextSafely(directory.messages, MESSAGES_BYTES_MAX);
  if (reading.kind === 'problem') throw new Error(reading.problem);
  const written = reading.kind === 'read' ? reading.value : '';
  const messages = messagesIn(written);
  if (messages.some((message) => message.id === id)) return 'left';
  if (messages.length >= MESSAGES_MAX) return 'full';
  const message: RunMessage = { id, at, text: text.slice(0, MESSAGE_CHARACTERS_MAX) };
  const close = written === '' || written.endsWith('\n') ? '' : '\n';
  const line = Buffer.from(`${close}${JSON.stringify(message)}\n`);
  if (Buffer.byteLength(written) + line.length > MESSAGES_BYTES_MAX) return 'full';
  const file = await open(
    directory.messages,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await file.writeFile(line);
    await file.sync();
  } finally {
    await file.close();
  }
  return 'left';
}

/** What people have said to the agent of a run so far, oldest first, each message once. */
export async function readMessages(directory: RunDirectory): Promise<readonly RunMessage[]> {
  const reading = await readTextSafely(directory.messages, MESSAGES_BYTES_MAX);
  return reading.kind === 'read' ? messagesIn(reading.value) : [];
}

/** The whole lines that are messages. */
function messagesIn(text: string): readonly RunMessage[] {
  const byId = new Map<string, RunMessage>();
  for (const line of text.split('\n').slice(0, -1)) {
    const message = messageOf(line);
    if (message !== null && !byId.has(message.id) && byId.size < MESSAGES_MAX) byId.set(message.id, message);
  }
  return [...byId.values()];
}

/** By hand: the run host reads this, and the library that checks shapes is half of its memory. */
function messageOf(line: string): RunMessage | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null || !('id' in json && 'at' in json && 'text' in json)) return null;
  const { id, at, text } = json;
  if (typeof id !== 'string' || id === '' || id.length > MESSAGE_ID_CHARACTERS_MAX) return null;
  if (typeof at !== 'number' || typeof text !== 'string' || text.length > MESSAGE_CHARACTERS_MAX) return null;
  return { id, at, text };
}
