import { spared } from '../domain/run/mass-death.ts';
import type { Suspicion } from '../domain/run/suspicion.ts';
import { oneLine } from '../render/one-line.ts';
import type { Store } from '../store/store.ts';

const UNREADABLE_MAX = 20; // named; more than a few have one cause
const WHY_CHARACTERS_MAX = 300;

/**
 * What people should look at among the work under way, as sentences: sessions that this program cannot read, and many runs that
 * look dead at once. Reads only.
 */
export async function runWarnings(
  { judgements, sessions }: Pick<Store, 'judgements' | 'sessions'>,
  now: number,
): Promise<readonly string[]> {
  const unreadable = await sessions.unreadable(UNREADABLE_MAX);
  const stuck = unreadable.map(
    ({ id, why }) =>
      `The session ${id} stands still. ${oneLine(why, WHY_CHARACTERS_MAX)} Start the version of Reeve that wrote it, or restore a backup of the home.`,
  );
  return [...stuck, ...deadAtOnce(await judgements.suspicions(), now)];
}

function deadAtOnce(suspicions: readonly Suspicion[], now: number): readonly string[] {
  const runs = spared(suspicions, now);
  if (runs.length === 0) return [];
  const many = runs.length === 1 ? '1 run looks' : `${runs.length} runs look`;
  return [
    `${many} dead at once, and none of them is ended for now. If somebody ended them, wait: each is judged as it looks five minutes after it happened.`,
  ];
}
