import type { RunLimits } from '../domain/run/run.ts';

/** Instants of one run on a clock that never jumps (ms); `askedAt` is null while it has asked nothing. */
export type Progress = {
  readonly startedAt: number;
  readonly outputAt: number;
  readonly outputBytes: number;
  readonly askedAt: number | null;
};

/** A limit that was reached; the detail is one sentence. */
export type LimitReached = {
  readonly reason: 'timed-out' | 'silent' | 'output-flood' | 'asked';
  readonly detail: string;
};

/** Which limit ends the run now, if any. */
export function limitReached(limits: RunLimits, progress: Progress, now: number): LimitReached | null {
  if (progress.outputBytes > limits.outputBytesMax) {
    return { reason: 'output-flood', detail: `It wrote more than ${limits.outputBytesMax} bytes.` };
  }
  if (progress.askedAt !== null && now - progress.askedAt >= limits.askGraceMs) {
    return { reason: 'asked', detail: 'It asked a question and was ended when it did not end by itself.' };
  }
  if (now - progress.startedAt >= limits.wallMs) {
    return { reason: 'timed-out', detail: `It ran longer than ${spell(limits.wallMs)}.` };
  }
  if (now - progress.outputAt >= limits.silenceMs) {
    return { reason: 'silent', detail: `It wrote nothing for ${spell(limits.silenceMs)}.` };
  }
  return null;
}

function spell(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`;
}
