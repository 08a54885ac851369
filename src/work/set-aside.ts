import type { FailedEffect, SetAsideDelivery, Store } from '../store/store.ts';

const SHOWN_MAX = 1_000; // of each; more than anybody reads, and the newest tell what is wrong

/** What is tried no more and waits for a person to look: newest first. */
export type SetAside = { readonly deliveries: readonly SetAsideDelivery[]; readonly effects: readonly FailedEffect[] };

/** Reads only. */
export async function findSetAside({ deliveries, outbox }: Pick<Store, 'deliveries' | 'outbox'>): Promise<SetAside> {
  return {
    deliveries: await deliveries.setAside(SHOWN_MAX),
    effects: (await outbox.failed(SHOWN_MAX)).filter((effect) => !isTold(effect)),
  };
}

/** A sentence for each kind of which there is something. None of it keeps the server from its other work. */
export function setAsideSentences({ deliveries, effects }: SetAside): readonly string[] {
  return [
    ...sentence(deliveries.length, ['delivery is', 'deliveries are'], 'set aside'),
    ...sentence(effects.length, ['wish for GitHub was', 'wishes for GitHub were'], 'given up'),
  ];
}

function sentence(count: number, [one, many]: readonly [string, string], what: string): string[] {
  if (count === 0) return [];
  const names = count === 1 ? 'names it' : 'names them';
  return [
    `${count}${count === SHOWN_MAX ? ' or more' : ''} ${count === 1 ? one : many} ${what}; \`reeve status\` ${names}.`,
  ];
}

/** A push that GitHub refused is dealt with: its session has failed and says so on its card. */
function isTold({ kind }: FailedEffect): boolean {
  return kind === 'publish';
}
