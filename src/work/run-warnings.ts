import { spared } from '../domain/run/mass-death.ts';
import type { Store } from '../store/store.ts';

/** What people should look at among the runs at work, as sentences: many that look dead at once. Reads only. */
export async function runWarnings({ judgements }: Pick<Store, 'judgements'>, now: number): Promise<readonly string[]> {
  const runs = spared(await judgements.suspicions(), now);
  if (runs.length === 0) return [];
  const many = runs.length === 1 ? '1 run looks' : `${runs.length} runs look`;
  return [
    `${many} dead at once, and none of them is ended for now. If somebody ended them, wait: each is judged as it looks five minutes after it happened.`,
  ];
}
