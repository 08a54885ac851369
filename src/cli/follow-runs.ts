import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';

import type { RunId } from '../domain/ids.ts';
import type { RunRecord } from '../domain/session/session.ts';
import { outcomeOfSighting, type Sighting } from '../domain/session/sighting.ts';
import { printable } from '../render/printable.ts';
import type { Home } from './home.ts';

const LOOK_MS = 250; // what an agent prints is there in a moment, and a look costs little
const PART_BYTES_MAX = 64 * 1024; // read at once
const TAIL_BYTES = 64 * 1024; // shown of a run that has printed already, unless another beginning is asked for

type Following = {
  /** Of a session; or of one of its runs, to begin with that. */
  readonly name: string;
  /** A byte of the first transcript; null for the last part of it. */
  readonly from: number | null;
  readonly isRaw: boolean;
  /** Aborted when whoever looks has seen enough. */
  readonly signal: AbortSignal;
  /** Resolves when there is room for more. */
  readonly write: (part: string | Uint8Array) => Promise<void>;
  /** What is said about the transcripts, beside them. */
  readonly note: (text: string) => void;
  /** Between two looks. */
  readonly lookMs?: number;
};

/** `decoder` holds the beginning of a letter whose end is not there yet. */
type Shown = { readonly run: RunId; readonly next: number; readonly decoder: StringDecoder };

/**
 * Shows the transcript of a session's run and of those that follow it, until no run is under way nor will be by itself.
 * Reads only: it needs neither the server nor the run host, and goes on where it was when they come back.
 */
export async function followRuns(home: Pick<Home, 'find' | 'transcript'>, following: Following): Promise<void> {
  const { name, signal, note, lookMs = LOOK_MS } = following;
  let shown: Shown | null = null;
  let isWaiting = false;
  while (!signal.aborted) {
    const sighting = await home.find(name); // before the transcript: what a run that has ended printed is all there by then
    const runs = sighting.kind === 'session' ? sighting.session.runs : [];
    if (shown === null) {
      const first = firstRun(runs, name);
      if (first) shown = await begin(home, first.id, following);
    }
    if (shown !== null) shown = await showRest(home, shown, following);
    const next: RunRecord | null = shown && runAfter(runs, shown.run);
    if (next) {
      note(`run ${next.id}`);
      shown = { run: next.id, next: 0, decoder: new StringDecoder('utf8') };
      isWaiting = false;
    } else if (isAtRest(sighting)) {
      return;
    } else {
      if (shown === null && !isWaiting) note('no run has begun yet');
      isWaiting = true;
      await delay(lookMs, undefined, { signal }).catch(() => {}); // it rejects when it is aborted
    }
  }
}

/** Nothing will run until somebody does something. An open pull request is with its reviewers. */
function isAtRest(sighting: Sighting): boolean {
  if (outcomeOfSighting(sighting) !== 'active') return true;
  return sighting.kind === 'session' && sighting.session.state === 'reviewing';
}

function firstRun(runs: readonly RunRecord[], name: string): RunRecord | null {
  return runs.find(({ id }) => id === name) ?? runs.at(-1) ?? null;
}

/** The one after a run that has ended. */
function runAfter(runs: readonly RunRecord[], run: RunId): RunRecord | null {
  const at = runs.findIndex(({ id }) => id === run);
  return at === -1 || runs[at]?.end === null ? null : (runs[at + 1] ?? null);
}

async function begin({ transcript }: Pick<Home, 'transcript'>, run: RunId, { from, note }: Following): Promise<Shown> {
  const { next: end, droppedBefore } = await transcript(run, { from: Number.MAX_SAFE_INTEGER, maxBytes: 0 });
  const wanted = Math.min(from ?? Math.max(0, end - TAIL_BYTES), end);
  const next = Math.max(wanted, droppedBefore);
  note(`run ${run}`);
  if (next > wanted) note(`its first ${droppedBefore} bytes are not kept any more`);
  else if (from !== null && from > end) note(`it has printed only ${end} bytes so far; what comes after them is shown`);
  else if (next > 0) note(`the first ${next} bytes are not shown; --from 0 shows them`);
  return { run, next, decoder: new StringDecoder('utf8') };
}

/** Shows what is there and was not shown. */
async function showRest(
  { transcript }: Pick<Home, 'transcript'>,
  { run, next: from, decoder }: Shown,
  { isRaw, signal, write, note }: Following,
): Promise<Shown> {
  let next = from;
  for (;;) {
    const part = await transcript(run, { from: next, maxBytes: PART_BYTES_MAX });
    if (part.from > next) note(`${part.from - next} bytes were dropped before they could be shown`);
    if (part.bytes.length === 0 || signal.aborted) return { run, next: Math.max(next, part.from), decoder };
    await write(isRaw ? part.bytes : printable(decoder.write(part.bytes)));
    next = part.next;
  }
}
