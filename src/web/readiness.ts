import type { Logger } from '../lib/log.ts';

/** What `/readyz` answers. */
export type Readiness = {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

type Look = () => Promise<readonly string[]>;

type Options = {
  /** What keeps the server from doing its work, as sentences; empty when nothing does. */
  readonly isReady: Look;
  /** What people should look at though the server works, as sentences. They leave it ready. */
  readonly warnings?: Look | undefined;
  readonly log: Logger;
};

const LOOK_MS_MAX = 3000; // a check that takes longer is a problem itself
const KEPT_MS = 500; // anybody may ask, and each look waits for the disk: a flood of questions must not hold up deliveries

/** Gives how things stand now, or stood a moment ago: looks once for all who ask at the same time. Never rejects. */
export function createReadiness({ isReady, warnings, log }: Options): () => Promise<Readiness> {
  let latest: Promise<Readiness> | null = null;
  let keptUntil = Number.POSITIVE_INFINITY;
  const look = async (): Promise<Readiness> => {
    const problems = await sentencesOf(isReady, log);
    const warned = warnings && problems.length === 0 ? await sentencesOf(warnings, log) : [];
    keptUntil = performance.now() + KEPT_MS;
    return { ready: problems.length === 0, problems, warnings: warned };
  };
  return () => {
    if (latest === null || performance.now() > keptUntil) {
      keptUntil = Number.POSITIVE_INFINITY;
      latest = look();
    }
    return latest;
  };
}

async function sentencesOf(look: Look, log: Logger): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([`The check itself took longer than ${LOOK_MS_MAX} ms.`]), LOOK_MS_MAX);
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    log.error({ err: error }, 'The readiness check failed.');
    return ['The check itself failed; see the log.'];
  } finally {
    clearTimeout(timer);
  }
}
