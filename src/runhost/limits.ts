import type { RunEndReason, RunLimits } from '../domain/run/run.ts';

/** What a run has used so far; instants are on a clock that never jumps (ms), null is what is not known (yet). */
export type Progress = {
  readonly startedAt: number;
  readonly outputAt: number;
  readonly outputBytes: number;
  /** Null while it has asked nothing. */
  readonly askedAt: number | null;
  readonly memoryMiB: number | null;
  readonly processes: number | null;
  readonly diskMiB: number | null;
  readonly isDiskHidden: boolean;
  readonly costMicroUsd: number | null;
  readonly tokens: number | null;
};

/** A limit that was reached; the detail is one sentence, or two where something can be changed. */
export type LimitReached = {
  readonly reason: Exclude<RunEndReason, 'finished' | 'crashed' | 'bad-output' | 'forged-marker' | 'stopped' | 'lost'>;
  readonly detail: string;
  /** The machine suffers while it goes on, so it gets no time to put things in order. */
  readonly isUrgent: boolean;
};

const MICRO_USD = 1_000_000;

/** Which limit ends the run now, if any: the most urgent one. */
export function limitReached(limits: RunLimits, progress: Progress, now: number): LimitReached | null {
  return urgentLimit(limits, progress) ?? gentleLimit(limits, progress, now);
}

function urgentLimit(limits: RunLimits, progress: Progress): LimitReached | null {
  const { outputBytes, memoryMiB, processes, diskMiB, isDiskHidden } = progress;
  const reached = (reason: LimitReached['reason'], detail: string): LimitReached => ({
    reason,
    detail,
    isUrgent: true,
  });
  if (outputBytes > limits.outputBytesMax) {
    return reached('output-flood', `It wrote more than ${limits.outputBytesMax} bytes.`);
  }
  if (processes !== null && processes > limits.processesMax) {
    return reached(
      'too-many-processes',
      `It had ${processes} processes; ${limits.processesMax} are allowed (REEVE_RUN_PROCESSES).`,
    );
  }
  if (memoryMiB !== null && memoryMiB > limits.memoryMiBMax) {
    return reached(
      'too-much-memory',
      `It used ${memoryMiB} MiB of memory; ${limits.memoryMiBMax} are allowed (REEVE_RUN_MEMORY_MB).`,
    );
  }
  if (diskMiB !== null && diskMiB > limits.diskMiBMax) {
    return reached(
      'disk-full',
      `Its workspace took ${diskMiB} MiB of the disk; ${limits.diskMiBMax} are allowed (REEVE_RUN_DISK_MB).`,
    );
  }
  if (isDiskHidden) {
    return reached(
      'disk-full',
      'It hid part of its workspace in directories that nobody may read, so that what they take of the disk cannot be counted (REEVE_RUN_DISK_MB).',
    );
  }
  return null;
}

function gentleLimit(limits: RunLimits, progress: Progress, now: number): LimitReached | null {
  const reached = (reason: LimitReached['reason'], detail: string): LimitReached => ({
    reason,
    detail,
    isUrgent: false,
  });
  const { costMicroUsd, tokens } = progress;
  if (progress.askedAt !== null && now - progress.askedAt >= limits.askGraceMs) {
    return reached('asked', 'It asked a question and was ended when it did not end by itself.');
  }
  if (costMicroUsd !== null && limits.costMicroUsdMax !== null && costMicroUsd > limits.costMicroUsdMax) {
    return reached('over-budget', `It spent ${dollars(costMicroUsd)}; ${dollars(limits.costMicroUsdMax)} are allowed.`);
  }
  if (tokens !== null && limits.tokensMax !== null && tokens > limits.tokensMax) {
    return reached('over-budget', `It used ${tokens} tokens; ${limits.tokensMax} are allowed.`);
  }
  if (now - progress.startedAt >= limits.wallMs) {
    return reached('timed-out', `It ran longer than ${spell(limits.wallMs)}.`);
  }
  if (now - progress.outputAt >= limits.silenceMs) {
    return reached('silent', `It wrote nothing for ${spell(limits.silenceMs)}.`);
  }
  return null;
}

function dollars(microUsd: number): string {
  return `${Math.round(microUsd / 100) / (MICRO_USD / 100)} US dollars`;
}

function spell(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`;
}
