import type { Random } from './random.ts';

const faults = ['read', 'limited', 'lost', 'unanswered'] as const;
type Fault = (typeof faults)[number];

/** How GitHub misbehaves in one schedule: some schedules are calm, some stormy, each fault by itself. */
export type Weather = {
  /** Everything works, at once: for a calm beginning and for the healing at the end. */
  isClear(): boolean;
  setClear(isClear: boolean): void;
  strikes(fault: Fault): boolean;
  /** How late GitHub's lists show what is new, in ms. */
  readonly listLagMs: number;
};

/** How late GitHub's lists show what is new, when they do. */
export const LIST_LAG_MS = 35_000;
const CHANCES = [0, 0, 0.05, 0.2] as const;

export function createWeather(random: Random): Weather {
  const chances = new Map(faults.map((fault) => [fault, random.pick(CHANCES)]));
  let isClear = false;
  return {
    isClear: () => isClear,
    setClear: (is) => void (isClear = is),
    strikes: (fault) => !isClear && random.chance(chances.get(fault) ?? 0),
    listLagMs: random.pick([0, 0, 0, LIST_LAG_MS - 5_000]),
  };
}
