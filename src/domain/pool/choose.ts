/** Where a session's work stands. */
export type Place = {
  readonly repositoryId: number;
  /** Null for a repository that nobody has seen in an installation. */
  readonly installationId: number | null;
  /** Who works on it, or would; null when that is not known. */
  readonly agent: string | null;
};

/** How many runs there may be at a time: all together, for one repository, for one installation, of one agent. Each at least 1. */
export type Caps = {
  readonly slots: number;
  readonly perRepository: number;
  /** Of repositories that want less than that. */
  readonly ofRepository?: ReadonlyMap<number, number>;
  readonly perInstallation: number;
  /** An agent without an entry has no cap of its own. */
  readonly perAgent: ReadonlyMap<string, number>;
};

/** What is at its cap: nothing more may start there. */
export type Full = {
  /** Slots of the machine that are free; never below 0. */
  readonly free: number;
  readonly repositories: readonly number[];
  readonly installations: readonly number[];
  readonly agents: readonly string[];
};

/** What the work that holds slots leaves free. `busy` has one entry for each slot in use. */
export function fullPlaces(busy: readonly Place[], caps: Caps): Full {
  return {
    free: Math.max(0, caps.slots - busy.length),
    repositories: reached(
      busy.map(({ repositoryId }) => repositoryId),
      (id) => caps.ofRepository?.get(id) ?? caps.perRepository,
    ),
    installations: reached(
      busy.flatMap(({ installationId }) => (installationId === null ? [] : [installationId])),
      () => caps.perInstallation,
    ),
    agents: [...caps.perAgent]
      .filter(([name, cap]) => busy.filter(({ agent }) => agent === name).length >= cap)
      .map(([name]) => name),
  };
}

/**
 * Which of the queued get a slot now, in their order. One whose place is at its cap is passed over, and holds up nobody
 * behind it.
 */
export function chooseNext<Item extends Place>(
  queued: readonly Item[],
  busy: readonly Place[],
  caps: Caps,
): readonly Item[] {
  const chosen: Item[] = [];
  for (const one of queued) {
    const full = fullPlaces([...busy, ...chosen], caps);
    if (full.free === 0) break;
    const isCapped =
      full.repositories.includes(one.repositoryId) ||
      (one.agent !== null && full.agents.includes(one.agent)) ||
      (one.installationId !== null && full.installations.includes(one.installationId));
    if (!isCapped) chosen.push(one);
  }
  return chosen;
}

function reached(ids: readonly number[], capOf: (id: number) => number): readonly number[] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].filter(([id, count]) => count >= capOf(id)).map(([id]) => id);
}
