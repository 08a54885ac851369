import type { RunEvent } from '../../domain/run/schema.ts';
import type { RunDirectory } from '../run-directory.ts';
import { parseJson, readTextSafely } from './safe-read.ts';

/** The run host writes nothing beyond this; it is room for every typed output a run may make. */
export const EVENTS_BYTES_MAX = 4_000_000;

/** What the run host recorded, oldest first. A last line without its end (the host died in it) does not count. */
export async function readEvents(
  directory: RunDirectory,
): Promise<{ readonly events: readonly RunEvent[]; readonly problem: string | null }> {
  const { runEventSchema } = await import('../../domain/run/schema.ts'); // the run host never needs it
  const reading = await readTextSafely(directory.events, EVENTS_BYTES_MAX);
  if (reading.kind === 'absent') return { events: [], problem: null };
  if (reading.kind === 'problem') return { events: [], problem: reading.problem };
  const events: RunEvent[] = [];
  for (const line of reading.value.split('\n').slice(0, -1)) {
    const parsed = parseJson(directory.events, line, runEventSchema);
    if (parsed.kind === 'problem') return { events, problem: parsed.problem };
    if (parsed.kind === 'read') events.push(parsed.value);
  }
  return { events, problem: null };
}
